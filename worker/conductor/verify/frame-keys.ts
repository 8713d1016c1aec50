import type { Findings } from './findings.ts';
import { HashList } from './hash-list.ts';
import type { LineHead } from './line-head.ts';

/** Finds frames with more than one result: first all keys are taken, then, where some seem to repeat, all heads again. */
export class FrameKeys {
  readonly #keys = new HashList();
  readonly #indexes = new Map<string, number>();
  #repeated = new Set<number>();

  add(frameKey: string): void {
    this.#keys.add(frameKey);
  }

  /** No more keys come. @returns whether none seems to repeat */
  seal(): boolean {
    this.#keys.seal();
    this.#repeated = this.#keys.repeated();
    return this.#repeated.size === 0;
  }

  /** A number for a key that seems to repeat, the same for the same key; null for others. */
  repeatedRow(frameKey: string): number | null {
    const row = this.#keys.rowOf(frameKey);
    return this.#repeated.has(row) ? row : null;
  }

  /** Takes a head again and reports its frame when it had one before, with another index. @param key of its object */
  again({ key: frame, index }: LineHead, key: string, line: number, findings: Findings): void {
    if (this.repeatedRow(frame) === null) return;
    const before = this.#indexes.get(frame);
    this.#indexes.set(frame, index);
    // the same index twice is noticed as such
    if (before === undefined || before === index) return;
    findings.add('FrameTwice', { key, line, frame, detail: `it is frame ${before} and frame ${index}` });
  }
}
