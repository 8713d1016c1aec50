import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { Bus, Lane, LaneDepth, LaneOptions, Message, Sent } from './bus.ts';
import { checkExtraction, checkLane, checkMessage, checkName, RESULTS } from './check-lane.ts';
import { createLane } from './create-lane.ts';
import { depthOf, JetStreamLane } from './jetstream-lane.ts';
import { laneNames, laneOfStream, topicSubject } from './lane-names.ts';
import type { NatsLink } from './nats-link.ts';
import type { NatsSettings } from './nats-settings.ts';
import { Newest } from './newest.ts';
import { openNatsLink } from './open-nats-link.ts';
import { sendToRoomiest } from './send-to-roomiest.ts';

const REQUEST_TIMEOUT_MS = 5000;
/** Of the server's max_payload: what the headers take. */
const HEADER_BYTES = 512;
const SENDS_END_MS = 3000;

/**
 * Connects to the bus of an extraction on NATS.
 * @param extraction uid of the extraction: 1..64 letters, digits and '-'
 * @throws FacefleetError FF6001 unreachable, FF6002 refused, FF6008 no JetStream, FF6009 wrong settings
 */
export async function openJetStreamBus(
  extraction: string,
  settings: NatsSettings,
  log: Logger,
  signal?: AbortSignal,
): Promise<Bus> {
  checkExtraction(extraction);
  const link = await openNatsLink(settings, log, signal);
  const options = { checkAPI: false, timeout: REQUEST_TIMEOUT_MS };
  return new JetStreamBus(extraction, settings, link, await jetstreamManager(link.connection, options));
}

class JetStreamBus implements Bus {
  readonly ended: Promise<Error | null>;
  readonly #extraction: string;
  readonly #settings: NatsSettings;
  readonly #link: NatsLink;
  readonly #jsm: JetStreamManager;
  readonly #lanes = new Map<string, JetStreamLane>();
  /** Aborts before the link ends, when the bus is closed. */
  readonly #closing = new AbortController();
  #closed: Promise<void> | null = null;

  constructor(extraction: string, settings: NatsSettings, link: NatsLink, jsm: JetStreamManager) {
    this.#extraction = extraction;
    this.#settings = settings;
    this.#link = link;
    this.#jsm = jsm;
    this.ended = link.ended;
    setMaxListeners(0, this.#closing.signal);
    link.ending.addEventListener('abort', () => this.#closing.abort(link.ending.reason));
  }

  get location(): string {
    return this.#link.location;
  }

  get maxPayloadBytes(): number {
    return this.#link.maxPayloadBytes - HEADER_BYTES;
  }

  get connected(): boolean {
    return this.#link.connected;
  }

  async openLane(name: string, options: LaneOptions): Promise<Lane> {
    const { slots, ackWaitMs } = checkLane(name, options);
    options.signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const { replicas = 1, storage = 'file' } = this.#settings;
    const names = laneNames(this.#extraction, name);
    const keeping = { slots, ackWaitMs, replicas, storage };
    const kept = await createLane(name, names, keeping, this.#link, this.#jsm, options.signal);
    const open = this.#lanes.get(name);
    if (open !== undefined && !open.gone && open.created === kept.created) return open;
    open?.remove();
    const lane = new JetStreamLane(name, names, { slots, ...kept }, this.#link, this.#jsm);
    this.#lanes.set(name, lane);
    return lane;
  }

  results(options: Partial<LaneOptions> = {}): Promise<Lane> {
    return this.openLane(RESULTS.name, { slots: RESULTS.slots, ...options });
  }

  async send(
    lanes: readonly Lane[],
    message: Message,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Sent> {
    checkMessage(message, this.maxPayloadBytes);
    const outlets = (lanes as readonly JetStreamLane[]).map(({ outlet }) => outlet);
    return await sendToRoomiest(outlets, message, signal, this.#closing.signal);
  }

  async depths({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LaneDepth[]> {
    const depths: LaneDepth[] = [];
    for (const { lane, stream } of await this.#list(signal)) {
      const { consumer } = laneNames(this.#extraction, lane);
      const info = await this.#link.ask(lane, () => this.#jsm.consumers.info(stream, consumer), signal);
      if (info !== null) depths.push(depthOf(lane, info));
    }
    return depths;
  }

  async removeLane(name: string): Promise<void> {
    checkName(name);
    const { stream } = laneNames(this.#extraction, name);
    await this.#link.ask(name, () => this.#jsm.streams.delete(stream));
    this.#lanes.get(name)?.remove();
    this.#lanes.delete(name);
  }

  async removeAll(): Promise<void> {
    for (const { lane } of await this.#list()) await this.removeLane(lane);
  }

  announce(topic: string, payload: Uint8Array): void {
    checkName(topic);
    if (payload.length > this.maxPayloadBytes) {
      throw new FacefleetError('FF6005', `${topic}: ${payload.length} bytes`);
    }
    if (this.#link.connected) this.#link.connection.publish(topicSubject(this.#extraction, topic), payload);
  }

  listen(topic: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<Uint8Array> {
    checkName(topic);
    const newest = new Newest<Uint8Array>();
    const subscription = this.#link.connection.subscribe(topicSubject(this.#extraction, topic), {
      callback: (error, message) => {
        if (!error) newest.push(message.data);
      },
    });
    return newest.untilAborted([signal, this.#closing.signal], () => subscription.unsubscribe());
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort(new FacefleetError('FF6003', `${this.location}: it was closed`));
    const lanes = [...this.#lanes.values()];
    await Promise.all(lanes.map((lane) => lane.close()));
    const endMs = Date.now() + SENDS_END_MS;
    while (lanes.some(({ outlet }) => outlet.underWay > 0) && this.connected && Date.now() < endMs)
      await sleep(5);
    if (this.connected) {
      const flushed = this.#link.connection.flush().catch((error: unknown) => errorText(error));
      await Promise.race([flushed, sleep(SENDS_END_MS, undefined, { ref: false })]);
    }
    await this.#link.close();
  }

  /** The extraction's lanes as the server has them, by name. */
  async #list(signal?: AbortSignal): Promise<{ lane: string; stream: string }[]> {
    const { subject } = laneNames(this.#extraction, '*');
    const names = async (): Promise<string[]> => {
      const all: string[] = [];
      for await (const stream of this.#jsm.streams.names(subject)) all.push(stream);
      return all;
    };
    const streams = (await this.#link.ask(this.location, names, signal)) ?? [];
    return streams
      .map((stream) => ({ stream, lane: laneOfStream(this.#extraction, stream) }))
      .filter((entry): entry is { stream: string; lane: string } => entry.lane !== null)
      .sort((a, b) => (a.lane < b.lane ? -1 : 1));
  }
}
