import type { EventNote } from '../reconcile/decision.ts';

/** The same note within this time of the last Event of it is passed over; servers keep Events for an hour. */
const ONCE_IN_MS = 3_600_000;
const MOST_NOTES = 2000;

/** Tells which notes are worth an Event, so that a thing that goes on for hours is one Event an hour. Pure. */
export class EventSeries {
  /** When the last Event of each note was; the oldest first. */
  readonly #lastMs = new Map<string, number>();

  get size(): number {
    return this.#lastMs.size;
  }

  /** @returns whether it becomes an Event */
  isNews(uid: string, { type, reason, message }: EventNote, nowMs: number): boolean {
    const key = JSON.stringify([uid, type, reason, message]);
    const lastMs = this.#lastMs.get(key);
    if (lastMs !== undefined && nowMs - lastMs < ONCE_IN_MS) return false;
    this.#lastMs.delete(key);
    this.#lastMs.set(key, nowMs);
    const [oldest] = this.#lastMs.keys();
    if (this.#lastMs.size > MOST_NOTES && oldest !== undefined) this.#lastMs.delete(oldest);
    return true;
  }
}
