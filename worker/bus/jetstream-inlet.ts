import type { JetStreamManager } from '@nats-io/jetstream';
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { parseAckSubject } from './ack-subject.ts';
import type { Delivery } from './bus.ts';
import { JetStreamDelivery } from './jetstream-delivery.ts';
import type { LaneNames } from './lane-names.ts';
import type { NatsLink } from './nats-link.ts';
import { raceSignal } from './race-signal.ts';
import { WaitingLine } from './waiting-line.ts';

const NS_PER_MS = 1_000_000;
const PULL_EXPIRES_MS = 60_000;
/** Also how often the server looks for pulls whose receiver is dead. */
const HEARTBEAT_MS = 1000;
/** Silence for so long means that the server has forgotten the pull. */
const SILENCE_MS = 5000;
/** One pull stands open for all: the consumer's max_ack_pending is what bounds the messages in this process. */
const PULL_BATCH = 1_000_000;
const PAUSE_MS = 100;
const HAND_BACK_MS = 2000;
const LAST_PULL_MS = 5;
const LAST_PULL_WITHIN_MS = 500;

/** The receiving end of a lane on JetStream: keeps a pull request open and the messages of this process alive. */
export class JetStreamInlet {
  readonly #name: string;
  readonly #names: LaneNames;
  readonly #link: NatsLink;
  readonly #jsm: JetStreamManager;
  readonly #line = new WaitingLine<JetStreamDelivery>();
  /** By number: what is in this process and not settled. */
  readonly #held = new Map<number, JetStreamDelivery>();
  readonly #inbox = createInbox();
  readonly #stops: (() => void)[] = [];
  readonly #subscription: Subscription;
  #pulls = 0;
  #heardMs = Date.now();
  #resuming = false;

  constructor(name: string, names: LaneNames, ackWaitMs: number, link: NatsLink, jsm: JetStreamManager) {
    this.#name = name;
    this.#names = names;
    this.#link = link;
    this.#jsm = jsm;
    this.#subscription = link.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) this.end(new FacefleetError('FF6002', `${name}: ${errorText(error)}`, { cause: error }));
        else this.#receive(message);
      },
    });
    const alive = setInterval(() => this.#keepAlive(), ackWaitMs / 3).unref();
    const listen = setInterval(() => {
      if (link.connected && Date.now() - this.#heardMs > SILENCE_MS) void this.#resume();
    }, HEARTBEAT_MS).unref();
    const ended = (): void => {
      const error = link.ending.reason as FacefleetError;
      this.end(error.code === 'FF6003' ? null : error);
    };
    link.ending.addEventListener('abort', ended, { once: true });
    this.#stops.push(
      () => clearInterval(alive),
      () => clearInterval(listen),
      () => link.ending.removeEventListener('abort', ended),
      link.reconnections.add(() => void this.#resume()),
    );
    this.#pull();
  }

  get ended(): boolean {
    return this.#stops.length === 0;
  }

  next(signal?: AbortSignal): Promise<Delivery | null> {
    return this.#line.take(signal);
  }

  /** Receives no more, hands back what is not settled and waits a little for acks that are under way. */
  async handBack(): Promise<void> {
    this.#stop();
    const limit = AbortSignal.timeout(HAND_BACK_MS);
    // the server's answer comes after everything it sent to the inbox before
    if (this.#link.connected && !this.#subscription.isClosed()) {
      await raceSignal(this.#subscription.drain(), limit).catch(() => {});
      await this.#clearPulls().catch(() => {});
    }
    this.#line.end(null, true);
    const held = [...this.#held.values()].sort((a, b) => a.number - b.number);
    const settling = held.map((delivery) => delivery.settling).filter((ack) => ack !== null);
    for (const delivery of held) delivery.nak();
    await raceSignal(Promise.allSettled(settling), limit).catch(() => {});
  }

  /** Receives no more; who waits gets the error, or null. */
  end(error: FacefleetError | null): void {
    this.#stop();
    this.#subscription.unsubscribe();
    // what waits here is delivered anew, to whoever comes next
    this.#line.end(error, true);
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #receive(message: Msg): void {
    this.#heardMs = Date.now();
    if (message.subject.startsWith(this.#inbox)) {
      this.#hear(message);
      return;
    }
    const delivery = this.#hold(message);
    // after the end it is handed back with the rest
    if (delivery !== null) this.#line.push(delivery);
  }

  /** Takes a message into this process; null when it is none, or in work here already. */
  #hold(message: Msg): JetStreamDelivery | null {
    const about = parseAckSubject(message.reply ?? '');
    if (about === null) return null;
    const held = this.#held.get(about.number);
    if (held) {
      held.renew(message);
      return null;
    }
    const delivery = new JetStreamDelivery(message, about, this.#link, (settled) => {
      if (this.#held.get(settled.number) === settled) this.#held.delete(settled.number);
    });
    this.#held.set(about.number, delivery);
    return delivery;
  }

  /** What the server says about the pull: 100 is its heartbeat, 408 the end of its time, all else a disturbance. */
  #hear(message: Msg): void {
    const code = message.headers?.code ?? 0;
    const isCurrent = message.subject === `${this.#inbox}.${this.#pulls}`;
    if (code === 100 || !isCurrent) return;
    if (code === 408) this.#pull();
    else void this.#resume();
  }

  #pull(): void {
    if (!this.#link.connected) return;
    this.#pulls += 1;
    this.#heardMs = Date.now();
    const { stream, consumer } = this.#names;
    const request = {
      batch: PULL_BATCH,
      expires: PULL_EXPIRES_MS * NS_PER_MS,
      idle_heartbeat: HEARTBEAT_MS * NS_PER_MS,
    };
    this.#link.connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
      JSON.stringify(request),
      { reply: `${this.#inbox}.${this.#pulls}` },
    );
  }

  /**
   * Makes the server forget the pull that nobody listens to any more, by a last short one. A server before 2.10 that finds it when a
   * message is handed back drops that message from its queue until the ack wait is over.
   */
  async #clearPulls(): Promise<void> {
    const { stream, consumer } = this.#names;
    const inbox = createInbox();
    const last = this.#link.connection.subscribe(inbox, { timeout: LAST_PULL_WITHIN_MS });
    const request = JSON.stringify({ batch: 1, expires: LAST_PULL_MS * NS_PER_MS });
    this.#link.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, request, {
      reply: inbox,
    });
    for await (const message of last) {
      this.#hold(message);
      break;
    }
  }

  /** Pulls anew after a disturbance, if the lane still exists. */
  async #resume(): Promise<void> {
    if (this.#resuming) return;
    this.#resuming = true;
    try {
      await this.#link.pause(PAUSE_MS);
      const { stream, consumer } = this.#names;
      const info = await this.#link.ask(this.#name, () => this.#jsm.consumers.info(stream, consumer));
      if (info === null) this.end(new FacefleetError('FF6006', this.#name));
      else if (!this.ended) this.#pull();
    } catch (error) {
      if (!this.#link.ending.aborted && error instanceof FacefleetError) this.end(error);
    } finally {
      this.#resuming = false;
    }
  }

  /** Messages that nobody has taken yet must not count as lost. */
  #keepAlive(): void {
    for (const delivery of this.#line.items) delivery.working();
  }
}
