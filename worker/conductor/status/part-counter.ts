import type { Counts } from '../../formats/extraction-file.ts';
import { ALIGNMENTS_KEY } from '../../formats/output-keys.ts';
import { PARTS_PREFIX, partNumber } from '../../formats/part.ts';
import type { Store, Stored } from '../../store/store.ts';
import { BoundedTasks } from '../verify/bounded-tasks.ts';
import { partLines } from '../verify/part-lines.ts';
import { storedLines } from '../verify/stored-lines.ts';
import type { PartTime } from './part-rate.ts';
import { readTrailer } from './read-trailer.ts';
import { ResultTally } from './result-tally.ts';

const READS_AT_ONCE = 16;

/** Reads the parts of one log as they come, each once. */
export class PartCounter {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #parts = new Map<string, PartTime>();
  #tally: ResultTally | null = null;

  /** @param prefix of the parts' keys */
  constructor(store: Store, prefix = PARTS_PREFIX) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /**
   * Reads what is new.
   * @param exactBytes results of up to so many bytes are read as a whole, with those that an earlier extraction merged: of others only
   * their number
   */
  async read(exactBytes: number): Promise<void> {
    const parts = (await this.#list()).filter(({ key }) => !this.#parts.has(key));
    if (this.#parts.size === 0 && exactBytes > 0) {
      const merged = await this.#store.head(ALIGNMENTS_KEY);
      const bytes = parts.reduce((sum, part) => sum + part.bytes, merged?.bytes ?? 0);
      if (bytes <= exactBytes) this.#tally = await this.#merged(merged !== null);
    }
    if (this.#tally !== null)
      for (const part of parts) this.#note(part, await this.#tallied(this.#tally, part));
    else await this.#readTrailers(parts);
  }

  /** When parts were written, in their order, with the results in them. */
  times(): readonly PartTime[] {
    return [...this.#parts.values()];
  }

  /** Frames by how they ended, and failures by code; null when the parts were not read as a whole. */
  exact(): { readonly counts: Counts; readonly failures: Readonly<Record<string, number>> } | null {
    return this.#tally && { counts: this.#tally.counts(), failures: this.#tally.failures() };
  }

  /** Results in all parts, of whatever frames. */
  get results(): number {
    return this.times().reduce((sum, { frames }) => sum + frames, 0);
  }

  async #list(): Promise<Stored[]> {
    const parts: Stored[] = [];
    for await (const stored of this.#store.list(this.#prefix)) {
      if (partNumber(stored.key, this.#prefix) !== null) parts.push(stored);
    }
    return parts.sort((a, b) => this.#number(a) - this.#number(b));
  }

  #number({ key }: Stored): number {
    return partNumber(key, this.#prefix) ?? 0;
  }

  #note({ key, modifiedMs = 0 }: Stored, frames: number): void {
    this.#parts.set(key, { atMs: modifiedMs, frames });
  }

  async #readTrailers(parts: readonly Stored[]): Promise<void> {
    const tasks = new BoundedTasks(READS_AT_ONCE);
    // in their order, whichever is read first
    for (const part of parts) this.#note(part, 0);
    for (const part of parts)
      await tasks.add(async () => this.#note(part, await readTrailer(this.#store, part)));
    await tasks.end();
  }

  async #merged(isThere: boolean): Promise<ResultTally> {
    const tally = new ResultTally();
    if (!isThere) return tally;
    for await (const lines of storedLines(this.#store, ALIGNMENTS_KEY))
      for (const line of lines) tally.addLine(line.bytes);
    return tally;
  }

  async #tallied(tally: ResultTally, { key }: Stored): Promise<number> {
    const lines = await partLines(this.#store, key, null, this.#prefix);
    for (const { bytes } of lines) tally.addLine(bytes);
    return lines.length;
  }
}
