/** What `takeWithin` gives when nothing came in time. */
export const TIMED_OUT = Symbol('timed out');

/**
 * A bounded queue between two roles: `put` waits while `capacity` items are queued, `take` waits for one.
 * Items come out in the order they went in.
 */
export class Channel<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  readonly #takers: ((item: T | undefined) => void)[] = [];
  readonly #putters: (() => void)[] = [];
  #closed = false;

  /** @param capacity items that may wait; 1 is the flow control of the whole system */
  constructor(capacity = 1) {
    this.#capacity = capacity;
  }

  /** Resolves when the item is queued or handed over. */
  async put(item: T): Promise<void> {
    while (this.#items.length >= this.#capacity && this.#takers.length === 0) {
      await new Promise<void>((resolve) => this.#putters.push(resolve));
    }
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }

  /** The next item, or undefined when the channel is closed and empty. */
  take(): Promise<T | undefined> {
    const item = this.#items.shift();
    this.#putters.shift()?.();
    if (item !== undefined) return Promise.resolve(item);
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** The next item, undefined when closed and empty, or `TIMED_OUT` when none came within `waitMs`. */
  takeWithin(waitMs: number): Promise<T | undefined | typeof TIMED_OUT> {
    if (this.#items.length > 0 || this.#closed) return this.take();
    return new Promise((resolve) => {
      const taker = (item: T | undefined): void => {
        clearTimeout(timer);
        resolve(item);
      };
      const timer = setTimeout(() => {
        this.#takers.splice(this.#takers.indexOf(taker), 1);
        resolve(TIMED_OUT);
      }, waitMs);
      this.#takers.push(taker);
    });
  }

  /** No more items will be put; takers get what is queued, then undefined. */
  close(): void {
    this.#closed = true;
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}
