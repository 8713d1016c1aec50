import { setMaxListeners } from 'node:events';

/**
 * Items that wait for takers, or takers that wait for items, first come, first served. The producer bounds it: nothing here does.
 */
export class WaitingLine<T> {
  readonly #items: T[] = [];
  readonly #takers = new Set<{ give(item: T | null): void; fail(reason: unknown): void }>();
  #end: { readonly error: Error | null } | null = null;

  get items(): readonly T[] {
    return this.#items;
  }

  /** Hands an item to the taker that has waited longest, or queues it. An item after the end is dropped: false. */
  push(item: T): boolean {
    if (this.#end !== null) return false;
    for (const taker of this.#takers) {
      this.#takers.delete(taker);
      taker.give(item);
      return true;
    }
    this.#items.push(item);
    return true;
  }

  /** The next item; null at the end. @throws the error that the line ended with, or the signal's reason */
  take(signal?: AbortSignal): Promise<T | null> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const item = this.#items.shift();
      if (item !== undefined) return resolve(item);
      if (this.#end !== null) return this.#end.error ? reject(this.#end.error) : resolve(null);
      const abort = (): void => {
        this.#takers.delete(taker);
        reject(signal!.reason);
      };
      const done = (): void => signal?.removeEventListener('abort', abort);
      const taker = {
        give(item: T | null): void {
          done();
          resolve(item);
        },
        fail(reason: unknown): void {
          done();
          reject(reason);
        },
      };
      this.#takers.add(taker);
      if (signal === undefined) return;
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Takes an item out of the queue. */
  remove(item: T): void {
    const at = this.#items.indexOf(item);
    if (at >= 0) this.#items.splice(at, 1);
  }

  /** No more items come: takers get what is queued, then the error, or null. @returns what was queued when `drop` is set */
  end(error: Error | null, drop = false): T[] {
    if (this.#end === null) {
      this.#end = { error };
      for (const taker of this.#takers) error ? taker.fail(error) : taker.give(null);
      this.#takers.clear();
    }
    return drop ? this.#items.splice(0) : [];
  }
}
