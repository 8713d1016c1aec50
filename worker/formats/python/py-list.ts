import type { PyValue } from './py-value.ts';

type Packed = Uint8Array | Float64Array;

/**
 * A Python list. Lists of floats, and of integers from 0 to 255, are kept as the typed array they are: a thumbnail is a list of some
 * thousand integers.
 */
export class PyList {
  #general: PyValue[] | null = null;
  #packed: Packed | null = null;
  #length = 0;

  /** A list of values, of floats (Float64Array), or of integers 0..255 (Uint8Array). The array is adopted, not copied. */
  static of(values: PyValue[] | Packed): PyList {
    const list = new PyList();
    list.append(values);
    return list;
  }

  get length(): number {
    return this.#length;
  }

  /** The list's floats, or integers 0..255, when it was made of nothing else; null otherwise. */
  get packed(): Packed | null {
    return this.#packed?.subarray(0, this.#length) ?? null;
  }

  /** All items, not to be changed. */
  get values(): readonly PyValue[] | Packed {
    return this.#general ?? this.packed ?? [];
  }

  /** The item at `i`; undefined beyond the end. */
  at(i: number): PyValue | undefined {
    if (i >= this.#length) return undefined;
    return (this.#general ?? this.#packed)?.[i];
  }

  [Symbol.iterator](): Iterator<PyValue> {
    return this.values[Symbol.iterator]();
  }

  /** Appends values. */
  append(values: PyValue[] | Packed): void {
    if (values.length === 0) return;
    if (this.#length === 0) {
      if (Array.isArray(values)) this.#general = values;
      else this.#packed = values;
    } else if (this.#packed !== null && !Array.isArray(values) && sameKind(this.#packed, values)) {
      this.#packed = appended(this.#packed, this.#length, values);
    } else {
      this.#general ??= Array.from(this.#packed?.subarray(0, this.#length) ?? []);
      this.#packed = null;
      for (const value of values) this.#general.push(value);
    }
    this.#length += values.length;
  }
}

function sameKind(a: Packed, b: Packed): boolean {
  return a.constructor === b.constructor;
}

/** `values` after the first `length` items of `packed`, in the same memory if there is room, otherwise in twice of it. */
function appended(packed: Packed, length: number, values: Packed): Packed {
  const needed = length + values.length;
  let room = packed;
  if (needed > packed.length) {
    room = new (packed.constructor as new (length: number) => Packed)(Math.max(needed, 2 * packed.length));
    room.set(packed.subarray(0, length));
  }
  room.set(values, length);
  return room;
}
