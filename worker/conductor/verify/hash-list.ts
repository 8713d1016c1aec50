import { hash } from 'node:crypto';

const BUCKETS = 256;
const HASH_BITS = 52;
const BUCKET_SPAN = 2 ** (HASH_BITS - 8);
const FIRST_LENGTH = 64;
const GROWTH = 1.4;

/**
 * A list of strings that keeps no strings, for lists with an entry per face of millions of frames: filled, then sealed, then asked. Strings
 * are known by 52 bits of their SHA-256, in 8 bytes each and some slack. That any two of ten million share them has a probability of
 * 1 %: whoever reports a repetition must have looked at the strings.
 */
export class HashList {
  readonly #buckets = Array.from({ length: BUCKETS }, () => new Float64Array(FIRST_LENGTH));
  readonly #lengths = new Uint32Array(BUCKETS);
  /** Entries in the buckets before; known once sealed. */
  readonly #starts = new Float64Array(BUCKETS + 1);
  #distinct = 0;

  add(text: string): void {
    const value = hash52(text);
    const bucket = Math.floor(value / BUCKET_SPAN);
    const length = this.#lengths[bucket]!;
    let values = this.#buckets[bucket]!;
    if (length === values.length) {
      values = new Float64Array(Math.ceil(length * GROWTH));
      values.set(this.#buckets[bucket]!);
      this.#buckets[bucket] = values;
    }
    values[length] = value;
    this.#lengths[bucket] = length + 1;
  }

  /** To be called once, after the last `add` and before anything is asked. */
  seal(): void {
    for (const [bucket, values] of this.#buckets.entries()) {
      const length = this.#lengths[bucket]!;
      const sorted = values.subarray(0, length).sort();
      this.#starts[bucket + 1] = this.#starts[bucket]! + length;
      for (const [i, value] of sorted.entries()) if (value !== sorted[i - 1]) this.#distinct += 1;
    }
  }

  /** How many strings there are, repetitions included; known once sealed. */
  get size(): number {
    return this.#starts[BUCKETS]!;
  }

  /** How many different strings there are. */
  get distinct(): number {
    return this.#distinct;
  }

  /** A number below `size` for a string that is in the list, the same for the same string; -1 for others. */
  rowOf(text: string): number {
    const value = hash52(text);
    const bucket = Math.floor(value / BUCKET_SPAN);
    const values = this.#buckets[bucket]!;
    let [from, to] = [0, this.#lengths[bucket]!];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (values[middle]! < value) from = middle + 1;
      else to = middle;
    }
    return from < this.#lengths[bucket]! && values[from] === value ? this.#starts[bucket]! + from : -1;
  }

  /** The rows of strings that are in the list more than once (or share their hash). */
  repeated(): Set<number> {
    const rows = new Set<number>();
    for (const [bucket, values] of this.#buckets.entries()) {
      let first = 0;
      for (let i = 1; i < this.#lengths[bucket]!; i++) {
        if (values[i] === values[first]) rows.add(this.#starts[bucket]! + first);
        else first = i;
      }
    }
    return rows;
  }
}

function hash52(text: string): number {
  return Number.parseInt(hash('sha256', text).slice(0, HASH_BITS / 4), 16);
}
