/** What `takeWithin` gives when nothing came in time. */
export const TIMED_OUT = Symbol('timed out');

interface Taker<T> {
  give(item: T | undefined): void;
  fail(error: unknown): void;
}

/**
 * A bounded queue between two roles: `put` waits while `capacity` items are queued, `take` waits for one.
 * Items come out in the order they went in.
 */
export class Channel<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  readonly #takers: Taker<T>[] = [];
  readonly #putters: (() => void)[] = [];
  #closed = false;
  #failure: { readonly error: unknown } | null = null;

  /** @param capacity items that may wait; 1 is the flow control of the whole system */
  constructor(capacity = 1) {
    this.#capacity = capacity;
  }

  /** Resolves when the item is queued or handed over. Throws what `fail` was given. */
  async put(item: T): Promise<void> {
    while (this.#failure === null && this.#items.length >= this.#capacity && this.#takers.length === 0) {
      await new Promise<void>((resolve) => this.#putters.push(resolve));
    }
    if (this.#failure !== null) throw this.#failure.error;
    const taker = this.#takers.shift();
    if (taker) taker.give(item);
    else this.#items.push(item);
  }

  /** The next item, or undefined when the channel is closed and empty. Throws what `fail` was given. */
  take(): Promise<T | undefined> {
    if (this.#failure !== null) return Promise.reject(this.#failure.error);
    const item = this.#items.shift();
    this.#putters.shift()?.();
    if (item !== undefined) return Promise.resolve(item);
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => this.#takers.push({ give: resolve, fail: reject }));
  }

  /** The next item, undefined when closed and empty, or `TIMED_OUT` when none came within `waitMs`. */
  takeWithin(waitMs: number): Promise<T | undefined | typeof TIMED_OUT> {
    if (this.#items.length > 0 || this.#closed || this.#failure !== null) return this.take();
    return new Promise((resolve, reject) => {
      const taker: Taker<T> = {
        give(item) {
          clearTimeout(timer);
          resolve(item);
        },
        fail(error) {
          clearTimeout(timer);
          reject(error);
        },
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
    for (const taker of this.#takers.splice(0)) taker.give(undefined);
  }

  /** Drops what is queued; everybody who waits here, or comes later, gets `error`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#items.length = 0;
    for (const taker of this.#takers.splice(0)) taker.fail(error);
    for (const putter of this.#putters.splice(0)) putter();
  }
}
