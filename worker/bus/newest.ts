import { setMaxListeners } from 'node:events';

const KEPT = 64;

/** Items for one reader, who gets the newest 64 when it is slow. */
export class Newest<T> {
  readonly #items: T[] = [];
  #wake: () => void = () => {};

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length > KEPT) this.#items.shift();
    this.#wake();
  }

  /** What is pushed, until one of the signals aborts or the reader leaves; then `leave` is called, maybe twice. Starts at once. */
  untilAborted(signals: readonly (AbortSignal | undefined)[], leave: () => void): AsyncIterable<T> {
    const given = signals.filter((signal) => signal !== undefined);
    const aborted = (): boolean => given.some((signal) => signal.aborted);
    const stop = (): void => {
      leave();
      this.#wake();
    };
    for (const signal of given) {
      setMaxListeners(0, signal);
      signal.addEventListener('abort', stop, { once: true });
    }
    const items = this.#items;
    const sleep = (): Promise<void> =>
      new Promise((resolve) => {
        this.#wake = resolve;
      });
    return (async function* () {
      try {
        while (!aborted()) {
          const item = items.shift();
          if (item !== undefined) yield item;
          else await sleep();
        }
      } finally {
        for (const signal of given) signal.removeEventListener('abort', stop);
        leave();
      }
    })();
  }
}
