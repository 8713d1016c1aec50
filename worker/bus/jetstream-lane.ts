import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Delivery, Lane, LaneDepth } from './bus.ts';
import { JetStreamInlet } from './jetstream-inlet.ts';
import { JetStreamOutlet } from './jetstream-outlet.ts';
import type { LaneNames } from './lane-names.ts';
import type { NatsLink } from './nats-link.ts';

/** A lane on JetStream; its two ends start when they are first used. */
export class JetStreamLane implements Lane {
  readonly name: string;
  readonly slots: number;
  readonly ackWaitMs: number;
  /** When the lane was created: tells it from an earlier one of the same name. */
  readonly created: string;
  readonly outlet: JetStreamOutlet;
  readonly #names: LaneNames;
  readonly #link: NatsLink;
  readonly #jsm: JetStreamManager;
  #inlet: JetStreamInlet | null = null;

  constructor(
    name: string,
    names: LaneNames,
    about: { readonly slots: number; readonly ackWaitMs: number; readonly created: string },
    link: NatsLink,
    jsm: JetStreamManager,
  ) {
    this.name = name;
    this.slots = about.slots;
    this.ackWaitMs = about.ackWaitMs;
    this.created = about.created;
    this.#names = names;
    this.#link = link;
    this.#jsm = jsm;
    this.outlet = new JetStreamOutlet(name, names, about.slots, link, jsm);
  }

  get room(): number {
    return this.outlet.room;
  }

  async next({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Delivery | null> {
    signal?.throwIfAborted();
    this.#inlet ??= new JetStreamInlet(this.name, this.#names, this.ackWaitMs, this.#link, this.#jsm);
    return await this.#inlet.next(signal);
  }

  async depth({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LaneDepth> {
    const { stream, consumer } = this.#names;
    const info = await this.#link.ask(this.name, () => this.#jsm.consumers.info(stream, consumer), signal);
    if (info === null) throw new FacefleetError('FF6006', this.name);
    return depthOf(this.name, info);
  }

  /** True once an end of the lane has found out that it does not exist any more. */
  get gone(): boolean {
    return this.outlet.gone || this.#inlet?.ended === true;
  }

  /** The lane was removed from here. */
  remove(): void {
    this.#inlet?.end(new FacefleetError('FF6006', this.name));
    this.outlet.remove();
  }

  async close(): Promise<void> {
    await this.#inlet?.handBack();
    this.outlet.close();
  }
}

export function depthOf(lane: string, info: ConsumerInfo): LaneDepth {
  return {
    lane,
    slots: info.config.max_ack_pending ?? 0,
    waiting: info.num_pending,
    inWork: info.num_ack_pending,
  };
}
