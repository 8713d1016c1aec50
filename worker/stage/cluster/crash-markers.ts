import type { Store } from '../../store/store.ts';

/** What the keys of all markers start with. */
export const ATTEMPTS_PREFIX = 'attempts/';

/**
 * How often a worker died that had nothing but one frame in work. Before such a frame is touched a marker is put into the output,
 * `attempts/p<pass>-s<stage>-<index>-<n>`; it is taken away when the frame has been worked on or handed back, so what stays counts deaths.
 */
export class CrashMarkers {
  readonly #store: Store;
  readonly #prefix: string;

  constructor(store: Store, { pass, stage }: { readonly pass: number; readonly stage: number }) {
    this.#store = store;
    this.#prefix = `${ATTEMPTS_PREFIX}p${pass}-s${stage}-`;
  }

  /** Deaths so far; counts no further than `atMost`. */
  async count(index: number, atMost: number): Promise<number> {
    for (let n = 1; n <= atMost; n++)
      if ((await this.#store.head(this.#key(index, n))) === null) return n - 1;
    return atMost;
  }

  /** Notes that the frame is about to be worked on for the `n`-th time alone, 1-based. */
  async put(index: number, n: number): Promise<void> {
    await this.#store.put(this.#key(index, n), Buffer.from(new Date().toISOString()), { durable: true });
  }

  /** The work did no harm: forgets the first `n` deaths, or only the last of them. */
  async remove(index: number, n: number, all: boolean): Promise<void> {
    for (let i = n; i >= (all ? 1 : n); i--) await this.#store.delete(this.#key(index, i));
  }

  #key(index: number, n: number): string {
    return `${this.#prefix}${index}-${n}`;
  }
}
