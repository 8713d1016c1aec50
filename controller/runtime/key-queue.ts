import { type Backoff, backoffMs } from '../k8s/backoff.ts';

interface Entry {
  state: 'idle' | 'waiting' | 'working';
  /** Added while it was worked on. */
  again: boolean;
  /** When it comes of itself; null: never. */
  dueMs: number | null;
  /** In a row. */
  failures: number;
}

/** How the work on a key ended. */
export type Outcome =
  | { readonly done: true; readonly againAtMs: number | null }
  /** It is tried again, later after each failure in a row. */
  | { readonly done: false };

/**
 * Keys that want work, in the order they came. A key that is added several times before its turn gets one turn; one that is added while it is worked on gets
 * another turn afterwards; no key is ever in two hands. Pure: who uses it says what time it is.
 */
export class KeyQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Set<string>();
  readonly #backoff: Backoff;
  readonly #random: () => number;

  /** @param random from 0 to below 1 */
  constructor(backoff: Backoff, random: () => number = Math.random) {
    this.#backoff = backoff;
    this.#random = random;
  }

  /** Keys that wait for a turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Keys that come of themselves later. */
  get delayed(): number {
    let count = 0;
    for (const { dueMs } of this.#entries.values()) if (dueMs !== null) count += 1;
    return count;
  }

  /** It wants a turn now, also when it waits for its time after a failure. */
  add(key: string): void {
    const entry = this.#entry(key);
    if (entry.state === 'working') entry.again = true;
    else if (entry.state === 'idle') this.#wait(key, entry);
  }

  /** It wants a turn at a moment at the latest. */
  addAt(key: string, atMs: number): void {
    const entry = this.#entry(key);
    if (entry.state !== 'waiting') entry.dueMs = Math.min(entry.dueMs ?? atMs, atMs);
  }

  /** The first key, which is in the caller's hands until it is settled; null when none waits. */
  take(nowMs: number): string | null {
    this.#promote(nowMs);
    const [key] = this.#waiting;
    if (key === undefined) return null;
    this.#waiting.delete(key);
    const entry = this.#entry(key);
    entry.state = 'working';
    return key;
  }

  settle(key: string, nowMs: number, outcome: Outcome): void {
    const entry = this.#entries.get(key);
    if (entry?.state !== 'working') throw new RangeError(`${key} is in nobody's hands`);
    entry.state = 'idle';
    const { again } = entry;
    entry.again = false;
    if (!outcome.done) {
      entry.failures += 1;
      const dueMs = nowMs + backoffMs(this.#backoff, entry.failures, this.#random());
      // what was added meanwhile is seen by the next try, too
      entry.dueMs = Math.min(entry.dueMs ?? dueMs, dueMs);
      return;
    }
    entry.failures = 0;
    const { againAtMs } = outcome;
    if (againAtMs !== null) entry.dueMs = Math.min(entry.dueMs ?? againAtMs, againAtMs);
    if (again) this.#wait(key, entry);
    else if (entry.dueMs === null) this.#entries.delete(key);
  }

  /** When the next key comes of itself; null when none does. */
  nextDueMs(): number | null {
    let nextMs: number | null = null;
    for (const { dueMs, state } of this.#entries.values()) {
      if (dueMs !== null && state === 'idle' && (nextMs === null || dueMs < nextMs)) nextMs = dueMs;
    }
    return nextMs;
  }

  failures(key: string): number {
    return this.#entries.get(key)?.failures ?? 0;
  }

  #promote(nowMs: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.state === 'idle' && entry.dueMs !== null && entry.dueMs <= nowMs) this.#wait(key, entry);
    }
  }

  /** Its turn covers what it wanted later. */
  #wait(key: string, entry: Entry): void {
    entry.state = 'waiting';
    entry.dueMs = null;
    this.#waiting.add(key);
  }

  #entry(key: string): Entry {
    const there = this.#entries.get(key);
    if (there !== undefined) return there;
    const entry: Entry = { state: 'idle', again: false, dueMs: null, failures: 0 };
    this.#entries.set(key, entry);
    return entry;
  }
}
