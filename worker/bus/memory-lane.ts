import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Delivery, Lane, LaneDepth, Message } from './bus.ts';
import type { Entry, MemoryQueue } from './memory-queue.ts';
import type { Outlet } from './outlet.ts';
import { WaitingLine } from './waiting-line.ts';

/** One process's ends of a lane in memory. */
export class MemoryLane implements Lane, Outlet {
  readonly known = true;
  readonly #queue: MemoryQueue;
  /** Aborts when the bus ends; the reason is an error, or null after `close`. */
  readonly #closing: AbortSignal;
  readonly #held = new Set<Entry>();
  #reserved = 0;

  constructor(queue: MemoryQueue, closing: AbortSignal) {
    this.#queue = queue;
    this.#closing = closing;
  }

  get name(): string {
    return this.#queue.name;
  }

  get slots(): number {
    return this.#queue.slots;
  }

  get ackWaitMs(): number {
    return this.#queue.ackWaitMs;
  }

  get gone(): boolean {
    return this.#queue.gone;
  }

  get room(): number {
    return Math.max(0, this.slots - this.#queue.waiting - this.#queue.inWork - this.#reserved);
  }

  reserve(): void {
    this.#reserved += 1;
  }

  async ready(): Promise<void> {}

  onChange(listener: () => void): () => void {
    return this.#queue.changes.add(listener);
  }

  async put(message: Message): Promise<'sent' | 'duplicate' | 'full' | 'gone'> {
    this.#reserved -= 1;
    const outcome = this.#queue.put(message);
    // a place that was reserved, but not used, is free for others
    if (outcome === 'duplicate') this.#queue.changes.call();
    return outcome;
  }

  async next({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Delivery | null> {
    signal?.throwIfAborted();
    if (this.#closing.aborted) return null;
    const line = new WaitingLine<Entry>();
    const taker = {
      holder: this.#held,
      give: (entry: Entry): void => {
        this.#held.add(entry);
        line.push(entry);
      },
      gone: (): void => void line.end(new FacefleetError('FF6006', this.name)),
    };
    const close = (): void => void line.end(null);
    this.#closing.addEventListener('abort', close, { once: true });
    this.#queue.join(taker);
    try {
      const entry = await line.take(signal);
      return entry && this.#delivery(entry);
    } catch (error) {
      // given in the very moment of the abort
      for (const entry of line.end(null, true)) this.#settle(entry, () => this.#queue.nak(entry));
      throw error;
    } finally {
      this.#queue.leave(taker);
      this.#closing.removeEventListener('abort', close);
    }
  }

  async depth(): Promise<LaneDepth> {
    if (this.gone) throw new FacefleetError('FF6006', this.name);
    const { name: lane, slots, waiting, inWork } = this.#queue;
    return { lane, slots, waiting, inWork };
  }

  /** Hands back what was taken and not settled. */
  handBack(): void {
    for (const entry of [...this.#held]) this.#settle(entry, () => this.#queue.nak(entry));
  }

  #settle(entry: Entry, how: () => void): boolean {
    if (!this.#held.delete(entry)) return false;
    how();
    return true;
  }

  #delivery(entry: Entry): Delivery {
    const { id, payload } = entry.message;
    return {
      id,
      payload,
      attempt: entry.attempt,
      ack: async () => this.#settle(entry, () => this.#queue.ack(entry)),
      nak: (delayMs) => void this.#settle(entry, () => this.#queue.nak(entry, delayMs)),
      working: () => this.#held.has(entry) && this.#queue.working(entry),
    };
  }
}
