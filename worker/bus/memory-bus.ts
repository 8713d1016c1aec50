import { setMaxListeners } from 'node:events';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Bus, Lane, LaneDepth, LaneOptions, Message, Sent } from './bus.ts';
import { checkExtraction, checkLane, checkMessage, checkName, checkSlots, RESULTS } from './check-lane.ts';
import { MemoryLane } from './memory-lane.ts';
import { MemoryQueue } from './memory-queue.ts';
import { Newest } from './newest.ts';
import { sendToRoomiest } from './send-to-roomiest.ts';

interface Extraction {
  readonly queues: Map<string, MemoryQueue>;
  readonly topics: Map<string, Set<(payload: Uint8Array) => void>>;
}

/** Where the ends of buses in one process meet. */
export class MemoryHub {
  readonly #extractions = new Map<string, Extraction>();

  /** One end of the bus of an extraction, as another process would have. @throws FacefleetError FF6009 for a bad uid */
  connect(extraction: string, options: { readonly maxPayloadBytes?: number } = {}): MemoryBus {
    checkExtraction(extraction);
    let shared = this.#extractions.get(extraction);
    if (shared === undefined) {
      shared = { queues: new Map(), topics: new Map() };
      this.#extractions.set(extraction, shared);
    }
    return new MemoryBus(shared, options.maxPayloadBytes ?? Number.POSITIVE_INFINITY);
  }

  /** Ends a bus as the death of its process would: nothing is handed back. */
  sever(bus: Bus): void {
    if (bus instanceof MemoryBus) bus.sever();
  }
}

/** A bus within one process: for runs on one machine, and to test what uses a bus. */
class MemoryBus implements Bus {
  readonly location = 'memory';
  readonly maxPayloadBytes: number;
  readonly ended: Promise<Error | null>;
  readonly #shared: Extraction;
  readonly #lanes = new Map<string, MemoryLane>();
  readonly #closing = new AbortController();

  constructor(shared: Extraction, maxPayloadBytes: number) {
    this.#shared = shared;
    this.maxPayloadBytes = maxPayloadBytes;
    const { signal } = this.#closing;
    setMaxListeners(0, signal);
    this.ended = new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));
  }

  get connected(): boolean {
    return !this.#closing.signal.aborted;
  }

  async openLane(name: string, options: LaneOptions): Promise<Lane> {
    const { slots, ackWaitMs } = checkLane(name, options);
    options.signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    let queue = this.#shared.queues.get(name);
    if (queue === undefined) {
      queue = new MemoryQueue(name, slots, ackWaitMs);
      this.#shared.queues.set(name, queue);
    }
    checkSlots(name, queue.slots, slots);
    const open = this.#lanes.get(name);
    if (open !== undefined && !open.gone) return open;
    const lane = new MemoryLane(queue, this.#closing.signal);
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
    return await sendToRoomiest(lanes as readonly MemoryLane[], message, signal, this.#closing.signal);
  }

  async depths(): Promise<LaneDepth[]> {
    this.#closing.signal.throwIfAborted();
    const queues = [...this.#shared.queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return queues.map(({ name: lane, slots, waiting, inWork }) => ({ lane, slots, waiting, inWork }));
  }

  async removeLane(name: string): Promise<void> {
    checkName(name);
    this.#closing.signal.throwIfAborted();
    const queue = this.#shared.queues.get(name);
    this.#shared.queues.delete(name);
    queue?.remove();
  }

  async removeAll(): Promise<void> {
    for (const name of [...this.#shared.queues.keys()]) await this.removeLane(name);
  }

  announce(topic: string, payload: Uint8Array): void {
    checkName(topic);
    const copy = Uint8Array.from(payload);
    for (const listener of this.#shared.topics.get(topic) ?? []) listener(copy);
  }

  listen(topic: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<Uint8Array> {
    checkName(topic);
    const listeners = this.#shared.topics.get(topic) ?? new Set();
    this.#shared.topics.set(topic, listeners);
    const newest = new Newest<Uint8Array>();
    const listener = (payload: Uint8Array): void => newest.push(payload);
    listeners.add(listener);
    return newest.untilAborted([signal, this.#closing.signal], () => listeners.delete(listener));
  }

  sever(): void {
    this.#closing.abort(new FacefleetError('FF6003', 'it was severed'));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new FacefleetError('FF6003', 'it was closed'));
    for (const lane of this.#lanes.values()) lane.handBack();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
