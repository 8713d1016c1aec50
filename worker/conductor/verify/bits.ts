const PAGE_BITS = 65_536;

/** A set of numbers from 0 to 2^32, a bit for each; takes memory only where there are any. */
export class Bits {
  readonly #pages = new Map<number, Uint8Array>();
  #count = 0;

  /** How many numbers there are. */
  get count(): number {
    return this.#count;
  }

  has(number: number): boolean {
    const page = this.#pages.get(Math.floor(number / PAGE_BITS));
    return page !== undefined && (page[(number % PAGE_BITS) >> 3]! & (1 << (number & 7))) !== 0;
  }

  /** Adds a number. @returns false when it was there already */
  add(number: number): boolean {
    if (this.has(number)) return false;
    const at = Math.floor(number / PAGE_BITS);
    const page = this.#pages.get(at) ?? new Uint8Array(PAGE_BITS / 8);
    this.#pages.set(at, page);
    page[(number % PAGE_BITS) >> 3]! |= 1 << (number & 7);
    this.#count += 1;
    return true;
  }

  /** The runs of numbers below `end` that are not there. */
  *gaps(end: number): Generator<{ readonly from: number; readonly to: number }> {
    let from = -1;
    for (let number = 0; number <= end; number++) {
      const gap = number < end && !this.has(number);
      if (gap && from < 0) from = number;
      if (gap || from < 0) continue;
      yield { from, to: number - 1 };
      from = -1;
    }
  }
}
