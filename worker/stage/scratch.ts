/**
 * Buffers that are used again and again instead of being left to the garbage collector, which large, short-lived
 * arrays would keep busy. One per thread; what is taken must be given back when nothing reads it any more.
 */
export class Scratch {
  readonly #floats = new Map<number, Float32Array[]>();
  readonly #bytes = new Map<number, Uint8Array[]>();

  /** A buffer of exactly `length` numbers with any content. */
  takeFloats(length: number): Float32Array {
    return this.#floats.get(length)?.pop() ?? new Float32Array(length);
  }

  /** A buffer of exactly `length` bytes with any content. */
  takeBytes(length: number): Uint8Array {
    return this.#bytes.get(length)?.pop() ?? new Uint8Array(length);
  }

  /** Gives a buffer back; one that was moved to another thread meanwhile is dropped. */
  giveFloats(buffer: Float32Array): void {
    if (buffer.length > 0) give(this.#floats, buffer);
  }

  /** As `giveFloats`. */
  giveBytes(buffer: Uint8Array): void {
    if (buffer.length > 0) give(this.#bytes, buffer);
  }
}

/** Buffers of one size that are kept; more are never in use at once. */
const KEPT = 16;

function give<T extends { readonly length: number }>(shelves: Map<number, T[]>, buffer: T): void {
  const shelf = shelves.get(buffer.length);
  if (shelf === undefined) shelves.set(buffer.length, [buffer]);
  else if (shelf.length < KEPT) shelf.push(buffer);
}

/** The thread's own. */
export const scratch = new Scratch();
