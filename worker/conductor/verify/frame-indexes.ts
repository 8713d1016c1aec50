import { Bits } from './bits.ts';
import type { Findings, FoundAt } from './findings.ts';

/** Whether the indexes of all results are 0 to N-1, each once. */
export class FrameIndexes {
  readonly #findings: Findings;
  readonly #frames: number | null;
  readonly #met = new Bits();

  /** @param frames how many there are to be; null when nobody knows */
  constructor(findings: Findings, frames: number | null) {
    this.#findings = findings;
    this.#frames = frames;
  }

  add(index: number, at: Omit<FoundAt, 'detail'>): void {
    if (this.#frames !== null && index >= this.#frames) {
      const detail = `index ${index}, but there are ${this.#frames} frames`;
      this.#findings.add('FrameUnknown', { ...at, detail });
    } else if (!this.#met.add(index)) {
      this.#findings.add('FrameTwice', { ...at, detail: `index ${index} has a result already` });
    }
  }

  /**
   * Reports frames without a result, after the last one.
   * @param key of the object where they should be
   * @param results how many there were
   */
  end(key: string, results: number): void {
    const frames = this.#frames ?? results;
    if (this.#met.count >= frames) return;
    for (const { from, to } of this.#met.gaps(frames)) {
      const detail = from === to ? `index ${from} has no result` : `indexes ${from} to ${to} have no results`;
      this.#findings.add('FrameMissing', { key, detail });
    }
  }
}
