import { PyList } from './py-list.ts';
import { isPythonInteger, PyTuple, type PyValue } from './py-value.ts';

const FIRST_BYTES = 64 * 1024;
/** Texts that are noted for use again; BINGET can name so many. */
const MAX_MEMO = 256;

/**
 * Writes plain data as a pickle of protocol 4, piece by piece. What was written is taken with `take` from time to time; Python
 * needs no frames in it.
 */
export class PickleWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;
  readonly #memo = new Map<string, number>();

  /** Bytes written and not taken yet. */
  get length(): number {
    return this.#length;
  }

  /** Takes what was written since the last time. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
    this.#length = 0;
    return taken;
  }

  /** Writes an opcode without operand. */
  opcode(code: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = code;
  }

  /** Writes a value and all that it contains. Whole numbers become integers, others floats. */
  value(value: PyValue): void {
    if (value === null) this.opcode(0x4e);
    else if (value === true) this.opcode(0x88);
    else if (value === false) this.opcode(0x89);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.text(value);
    else if (value instanceof Uint8Array) this.#raw(value);
    else if (value instanceof PyList) this.#list(value);
    else if (value instanceof PyTuple) this.#tuple(value);
    else {
      this.opcode(0x7d); // EMPTY_DICT
      if (value.size === 0) return;
      this.opcode(0x28); // MARK
      for (const [key, item] of value) {
        this.name(key);
        this.value(item);
      }
      this.opcode(0x75); // SETITEMS
    }
  }

  /** Writes a text that will come again: the next time it is only referred to. */
  name(text: string): void {
    const place = this.#memo.get(text);
    if (place !== undefined) {
      this.#head(0x68, 1).writeUInt8(place, this.#length - 1); // BINGET
      return;
    }
    this.text(text);
    if (this.#memo.size >= MAX_MEMO) return;
    this.#memo.set(text, this.#memo.size);
    this.opcode(0x94); // MEMOIZE
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    if (length < 256)
      this.#head(0x8c, 1).writeUInt8(length, this.#length - 1); // SHORT_BINUNICODE
    else this.#head(0x58, 4).writeUInt32LE(length, this.#length - 4); // BINUNICODE
    this.#room(length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  #number(value: number): void {
    if (!isPythonInteger(value)) this.#float(value);
    else if (value >= 0 && value < 256)
      this.#head(0x4b, 1).writeUInt8(value, this.#length - 1); // BININT1
    else if (value >= 0 && value < 65536)
      this.#head(0x4d, 2).writeUInt16LE(value, this.#length - 2); // BININT2
    else if (value === (value | 0))
      this.#head(0x4a, 4).writeInt32LE(value, this.#length - 4); // BININT
    else {
      this.#head(0x8a, 9).writeUInt8(8, this.#length - 9); // LONG1
      this.#bytes.writeBigInt64LE(BigInt(value), this.#length - 8);
    }
  }

  #float(value: number): void {
    this.#head(0x47, 8).writeDoubleBE(value, this.#length - 8); // BINFLOAT
  }

  #raw(bytes: Uint8Array): void {
    this.#head(0x42, 4).writeUInt32LE(bytes.length, this.#length - 4); // BINBYTES
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #list(list: PyList): void {
    this.opcode(0x5d); // EMPTY_LIST
    if (list.length === 0) return;
    this.opcode(0x28); // MARK
    const { packed } = list;
    if (packed instanceof Float64Array) for (const item of packed) this.#float(item);
    else for (const item of list) this.value(item);
    this.opcode(0x65); // APPENDS
  }

  #tuple({ items }: PyTuple): void {
    if (items.length > 3) this.opcode(0x28); // MARK
    for (const item of items) this.value(item);
    this.opcode([0x29, 0x85, 0x86, 0x87][items.length] ?? 0x74); // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
  }

  /** Writes an opcode and leaves room for its operand. */
  #head(code: number, operandBytes: number): Buffer {
    this.#room(1 + operandBytes);
    this.#bytes[this.#length] = code;
    this.#length += 1 + operandBytes;
    return this.#bytes;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
