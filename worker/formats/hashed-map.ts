import { hash } from 'node:crypto';

const FIRST_SLOTS = 1024;
const MAX_LOAD = 0.7;

/**
 * A map from strings to finite numbers that keeps no strings: 16 bytes a slot, 23 to 46 bytes an entry, for maps with an entry per
 * frame of a million. Strings are known by the first 64 bits of their SHA-256; that any two of a million share them has a
 * probability of 3e-8, and whoever uses the map must be content with that or check what it points to.
 */
export class HashedMap {
  /** Two 32-bit halves per slot; both 0 = free. */
  #hashes = new Uint32Array(2 * FIRST_SLOTS);
  #values = new Float64Array(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(text: string): number | undefined {
    const [high, low] = hash64(text);
    const slot = this.#slot(high, low);
    return this.#isFree(slot) ? undefined : this.#values[slot];
  }

  set(text: string, value: number): void {
    const [high, low] = hash64(text);
    let slot = this.#slot(high, low);
    if (this.#isFree(slot)) {
      if (this.#size + 1 > MAX_LOAD * this.#values.length) {
        this.#grow();
        slot = this.#slot(high, low);
      }
      this.#hashes[2 * slot] = high;
      this.#hashes[2 * slot + 1] = low;
      this.#size++;
    }
    this.#values[slot] = value;
  }

  #isFree(slot: number): boolean {
    return this.#hashes[2 * slot] === 0 && this.#hashes[2 * slot + 1] === 0;
  }

  /** The slot of a hash, or the free one where it belongs (open addressing, linear probing). */
  #slot(high: number, low: number): number {
    const mask = this.#values.length - 1;
    let slot = low & mask;
    while (!this.#isFree(slot) && (this.#hashes[2 * slot] !== high || this.#hashes[2 * slot + 1] !== low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [hashes, values] = [this.#hashes, this.#values];
    this.#hashes = new Uint32Array(2 * hashes.length);
    this.#values = new Float64Array(2 * values.length);
    for (const [old, value] of values.entries()) {
      const high = hashes[2 * old] ?? 0;
      const low = hashes[2 * old + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      const slot = this.#slot(high, low);
      this.#hashes[2 * slot] = high;
      this.#hashes[2 * slot + 1] = low;
      this.#values[slot] = value;
    }
  }
}

/** A number below 2^48 that stands for a string as well as 48 bits can. */
export function hash48(text: string): number {
  return Number.parseInt(hash('sha256', text).slice(0, 12), 16);
}

function hash64(text: string): readonly [number, number] {
  const digest = hash('sha256', text);
  const high = Number.parseInt(digest.slice(0, 8), 16);
  const low = Number.parseInt(digest.slice(8, 16), 16);
  return high === 0 && low === 0 ? [1, 0] : [high, low];
}
