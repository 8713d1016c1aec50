import type { EventNote } from '../reconcile/decision.ts';

/** What is to be written of a note: a new Event, or a higher count in one that is there. */
export interface EventWrite {
  /** True: the Event is there already. */
  readonly again: boolean;
  /** Of the Event. */
  readonly name: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Series {
  readonly name: string;
  readonly firstMs: number;
  count: number;
  lastMs: number;
  writtenMs: number;
}

/** The same note within this time of the last one counts up. */
const SERIES_MS = 3_600_000;
/** A count that goes up is written so often. */
const WRITE_EVERY_MS = 60_000;
const MOST_SERIES = 2000;

/** Joins notes that say the same of the same object, so that a thing that goes on for hours is one Event. Pure. */
export class EventSeries {
  /** Least recently noted first. */
  readonly #series = new Map<string, Series>();
  readonly #nameOf: (uid: string) => string;

  /** @param nameOf a new Event's name */
  constructor(nameOf: (uid: string) => string) {
    this.#nameOf = nameOf;
  }

  get size(): number {
    return this.#series.size;
  }

  /** @returns null when nothing is to be written now */
  note(uid: string, { type, reason, message }: EventNote, nowMs: number): EventWrite | null {
    const key = JSON.stringify([uid, type, reason, message]);
    const known = this.#series.get(key);
    this.#series.delete(key);
    const goesOn = known !== undefined && nowMs - known.lastMs < SERIES_MS;
    const series = goesOn
      ? known
      : {
          name: this.#nameOf(uid),
          firstMs: nowMs,
          count: 0,
          lastMs: nowMs,
          writtenMs: Number.NEGATIVE_INFINITY,
        };
    this.#series.set(key, series);
    const [oldest] = this.#series.keys();
    if (this.#series.size > MOST_SERIES && oldest !== undefined) this.#series.delete(oldest);
    series.count += 1;
    series.lastMs = nowMs;
    if (nowMs - series.writtenMs < WRITE_EVERY_MS) return null;
    series.writtenMs = nowMs;
    const { name, count, firstMs, lastMs } = series;
    return { again: count > 1, name, count, firstMs, lastMs };
  }
}
