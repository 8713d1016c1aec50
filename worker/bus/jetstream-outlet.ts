import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { Subscription } from '@nats-io/transport-node';
import { ackSubjects, isFinalAck, parseAckSubject } from './ack-subject.ts';
import type { Message } from './bus.ts';
import type { LaneNames } from './lane-names.ts';
import { LaneRoom } from './lane-room.ts';
import { Listeners } from './listeners.ts';
import type { NatsLink } from './nats-link.ts';
import { natsTrouble } from './nats-trouble.ts';
import type { Outlet } from './outlet.ts';
import { raceSignal } from './race-signal.ts';

const PUBLISH_TIMEOUT_MS = 5000;
/** An ack is seen before the server has freed the place: so often, at growing intervals, a full lane is tried again at once. */
const FULL_TRIES = 5;
const LONGEST_PAUSE_MS = 1000;
/** How often a full lane is asked for its depth, should an ack have been missed; and when acks may not be watched at all. */
const POLL_MS = 1000;
const POLL_BLIND_MS = 25;

/**
 * The sending end of a lane on JetStream. It watches the acks of the lane's receiver, so that it publishes only when there is room,
 * instead of publishing frames that are refused.
 */
export class JetStreamOutlet implements Outlet {
  readonly name: string;
  readonly #names: LaneNames;
  readonly #link: NatsLink;
  readonly #jsm: JetStreamManager;
  readonly #js: JetStreamClient;
  readonly #room: LaneRoom;
  readonly #changes = new Listeners();
  #gone = false;
  #watching: Subscription[] = [];
  #leaveReconnections: () => void = () => {};
  #blind = false;
  #ready: Promise<void> | null = null;
  #poll: NodeJS.Timeout | undefined;
  /** The end of the publications that are under way: one at a time keeps the order. */
  #tail: Promise<unknown> = Promise.resolve();
  #underWay = 0;

  constructor(name: string, names: LaneNames, slots: number, link: NatsLink, jsm: JetStreamManager) {
    this.name = name;
    this.#names = names;
    this.#link = link;
    this.#jsm = jsm;
    this.#js = jetstream(link.connection, { timeout: PUBLISH_TIMEOUT_MS });
    this.#room = new LaneRoom(slots);
  }

  get gone(): boolean {
    return this.#gone;
  }

  get known(): boolean {
    return this.#room.known;
  }

  get room(): number {
    return this.#gone ? 0 : this.#room.room;
  }

  /** Messages that are being published. */
  get underWay(): number {
    return this.#underWay;
  }

  reserve(): void {
    this.#room.reserve();
  }

  async ready(signal: AbortSignal | undefined): Promise<void> {
    this.#ready ??= this.#start().catch((error: unknown) => {
      this.#ready = null;
      throw error;
    });
    await raceSignal(this.#ready, signal);
  }

  onChange(listener: () => void): () => void {
    const leave = this.#changes.add(listener);
    this.#schedulePoll();
    return () => {
      leave();
      if (this.#changes.count === 0) clearTimeout(this.#poll);
    };
  }

  put(message: Message, signal: AbortSignal | undefined): Promise<'sent' | 'duplicate' | 'full' | 'gone'> {
    this.#underWay += 1;
    const turn = this.#tail.then(() => this.#publish(message, signal));
    this.#tail = turn
      .catch(() => {})
      .then(() => {
        this.#underWay -= 1;
      });
    return raceSignal(turn, signal);
  }

  remove(): void {
    this.#gone = true;
    this.close();
    this.#changes.call();
  }

  close(): void {
    this.#leaveReconnections();
    clearTimeout(this.#poll);
    for (const subscription of this.#watching) subscription.unsubscribe();
  }

  async #start(): Promise<void> {
    if (this.#watching.length === 0) {
      const { stream, consumer } = this.#names;
      this.#watching = ackSubjects(stream, consumer).map((subject) => this.#watch(subject));
      this.#leaveReconnections = this.#link.reconnections.add(() => void this.#sync().catch(() => {}));
    }
    // acks go by unseen until the server knows of the subscription
    await this.#link.ask(this.name, () => this.#link.connection.flush());
    await this.#sync();
  }

  #watch(subject: string): Subscription {
    return this.#link.connection.subscribe(subject, {
      callback: (error, message) => {
        // where acks may not be watched, the lane's depth is asked for instead
        if (error) this.#blind = true;
        const ack = !error && isFinalAck(message.data) ? parseAckSubject(message.subject) : null;
        if (ack === null) return;
        this.#room.acked(ack.number);
        this.#changes.call();
      },
    });
  }

  /** Asks the server what is in the lane. */
  async #sync(signal?: AbortSignal): Promise<void> {
    const { stream } = this.#names;
    this.#room.beginSync();
    const info = await this.#link.ask(
      this.name,
      () => this.#jsm.streams.info(stream, { deleted_details: true }),
      signal,
    );
    if (info === null) this.#gone = true;
    else {
      const { first_seq: first, last_seq: last, messages, deleted = [] } = info.state;
      const absent = new Set(deleted);
      const present: number[] = [];
      for (let n = first; n <= last && present.length < messages; n++) if (!absent.has(n)) present.push(n);
      this.#room.endSync(present, last);
    }
    this.#changes.call();
  }

  #schedulePoll(): void {
    clearTimeout(this.#poll);
    this.#poll = setTimeout(
      () => {
        if (this.#changes.count === 0) return;
        void this.#sync(this.#link.ending)
          .catch(() => {})
          .then(() => {
            if (this.#changes.count > 0 && !this.#gone) this.#schedulePoll();
          });
      },
      this.#blind ? POLL_BLIND_MS : POLL_MS,
    );
  }

  async #publish(
    message: Message,
    signal: AbortSignal | undefined,
  ): Promise<'sent' | 'duplicate' | 'full' | 'gone'> {
    try {
      for (let pauseMs = 1, full = 0; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        signal?.throwIfAborted();
        if (this.#gone) return 'gone';
        await this.#link.whenConnected(signal);
        try {
          const { id: msgID, payload } = message;
          const taken = await this.#link.whileConnected(
            this.#js.publish(this.#names.subject, payload, { msgID }),
          );
          if (taken.duplicate) return 'duplicate';
          this.#room.taken(taken.seq);
          return 'sent';
        } catch (error) {
          const trouble = natsTrouble(error, this.name);
          if (trouble === 'full') full += 1;
          else if (trouble === 'again' || trouble === 'missing') await this.#sync(signal);
          else throw trouble;
        }
        if (full > FULL_TRIES) {
          await this.#sync(signal);
          return 'full';
        }
        await sleep(pauseMs);
      }
    } finally {
      this.#room.release();
      // after a duplicate or a failure the place is free for others
      queueMicrotask(() => this.#changes.call());
    }
  }
}
