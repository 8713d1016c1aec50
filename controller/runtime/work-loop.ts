import type { Backoff } from '../k8s/backoff.ts';
import { KeyQueue } from './key-queue.ts';

export interface WorkLoopOptions {
  /** @returns after how long it wants another turn; null: when it is added. A rejection is a failure, tried again later. */
  readonly work: (key: string) => Promise<number | null>;
  /** Keys that are worked on at a time. */
  readonly parallel: number;
  readonly backoff: Backoff;
  readonly onFailure: (key: string, error: unknown, failures: number) => void;
}

/** Longest time that a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Works on keys, several at a time but each only once. */
export class WorkLoop {
  readonly #options: WorkLoopOptions;
  readonly #queue: KeyQueue;
  /** Since when each key is worked on. */
  readonly #inHand = new Map<string, number>();
  #running = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: () => void = () => {};

  constructor(options: WorkLoopOptions) {
    this.#options = options;
    this.#queue = new KeyQueue(options.backoff);
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  get delayed(): number {
    return this.#queue.delayed;
  }

  get working(): number {
    return this.#inHand.size;
  }

  /** How long the oldest work has been going on. */
  get longestMs(): number {
    return Math.max(0, ...[...this.#inHand.values()].map((sinceMs) => performance.now() - sinceMs));
  }

  add(key: string): void {
    this.#queue.add(key);
    this.#pump();
  }

  addAfter(key: string, ms: number): void {
    this.#queue.addAt(key, performance.now() + ms);
    this.#pump();
  }

  start(): void {
    this.#running = true;
    this.#pump();
  }

  /** Takes no more; settles when what is in hand is done. */
  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    if (this.#inHand.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  #pump(): void {
    if (!this.#running) return;
    const nowMs = performance.now();
    while (this.#inHand.size < this.#options.parallel) {
      const key = this.#queue.take(nowMs);
      if (key === null) break;
      this.#inHand.set(key, nowMs);
      void this.#work(key);
    }
    clearTimeout(this.#timer);
    const dueMs = this.#queue.nextDueMs();
    if (dueMs === null || this.#inHand.size >= this.#options.parallel) return;
    // a timer may come a little early
    this.#timer = setTimeout(() => this.#pump(), Math.min(LONGEST_TIMER_MS, Math.max(0, dueMs - nowMs) + 1));
  }

  async #work(key: string): Promise<void> {
    try {
      const againMs = await this.#options.work(key);
      const nowMs = performance.now();
      this.#queue.settle(key, nowMs, { done: true, againAtMs: againMs === null ? null : nowMs + againMs });
    } catch (error) {
      this.#queue.settle(key, performance.now(), { done: false });
      this.#options.onFailure(key, error, this.#queue.failures(key));
    }
    this.#inHand.delete(key);
    if (this.#inHand.size === 0) this.#idle();
    this.#pump();
  }
}
