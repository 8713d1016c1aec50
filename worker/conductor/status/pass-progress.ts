import type { Store } from '../../store/store.ts';
import { PASSES_PREFIX } from '../verify/output-files.ts';
import { PartCounter } from './part-counter.ts';
import type { PartTime } from './part-rate.ts';

/** How far a pass is. */
export interface PassProgress {
  /** From 0 on. */
  readonly pass: number;
  /** Frames that have gone through it. */
  readonly frames: number;
  readonly times: readonly PartTime[];
}

/** Reads how far the passes before the last one are, as long as their results are kept. */
export class PassReader {
  readonly #store: Store;
  readonly #counters = new Map<number, PartCounter>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** In order of the passes. @param count of all passes of the plan */
  async read(count: number): Promise<readonly PassProgress[]> {
    const found: PassProgress[] = [];
    for (let pass = 0; pass < count - 1; pass++) {
      const counter = this.#counters.get(pass) ?? new PartCounter(this.#store, `${PASSES_PREFIX}${pass}/`);
      this.#counters.set(pass, counter);
      await counter.read(0);
      const times = counter.times();
      if (times.length === 0) break;
      found.push({ pass, frames: counter.results, times });
    }
    return found;
  }
}
