import type { ByteBuffer } from 'flatbuffers';

/**
 * Fields of a flatbuffers table by their number in the schema; absent fields give the default. Every read is checked against the end
 * of the file, which the flatbuffers library leaves to its caller.
 * @throws RangeError from any method when an offset or a length leads outside the file
 */
export class TableReader {
  readonly #bytes: ByteBuffer;
  readonly #at: number;
  readonly #fieldsEnd: number;

  /** @param at position of the table; 0 for an absent one, all of whose fields are absent */
  constructor(bytes: ByteBuffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#fieldsEnd = 0;
    if (at === 0) return;
    const vtable = at - this.#int32At(at);
    this.#check(vtable, 4);
    this.#fieldsEnd = bytes.readUint16(vtable);
    this.#check(vtable, this.#fieldsEnd);
  }

  /** The root table of a file. */
  static root(bytes: ByteBuffer): TableReader {
    if (bytes.capacity() < 8) throw new RangeError('the file is too short');
    return new TableReader(bytes, bytes.readUint32(0));
  }

  int8(field: number, otherwise = 0): number {
    const at = this.#field(field, 1);
    return at === 0 ? otherwise : this.#bytes.readInt8(at);
  }

  int32(field: number, otherwise = 0): number {
    const at = this.#field(field, 4);
    return at === 0 ? otherwise : this.#bytes.readInt32(at);
  }

  string(field: number): string {
    return new TextDecoder().decode(this.#vectorBytes(field, 1));
  }

  table(field: number): TableReader {
    const at = this.#field(field, 4);
    return new TableReader(this.#bytes, at === 0 ? 0 : this.#indirect(at));
  }

  tables(field: number): TableReader[] {
    const { start, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, i) => new TableReader(this.#bytes, this.#indirect(start + 4 * i)));
  }

  int32s(field: number): number[] {
    const { start, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, i) => this.#bytes.readInt32(start + 4 * i));
  }

  /** A copy of a vector of bytes. */
  bytes(field: number): Uint8Array {
    return this.#vectorBytes(field, 1).slice();
  }

  #vectorBytes(field: number, size: number): Uint8Array {
    const { start, length } = this.#vector(field, size);
    return this.#bytes.bytes().subarray(start, start + length * size);
  }

  #vector(field: number, size: number): { start: number; length: number } {
    const at = this.#field(field, 4);
    if (at === 0) return { start: 0, length: 0 };
    const vector = this.#indirect(at);
    this.#check(vector, 4);
    const length = this.#bytes.readUint32(vector);
    this.#check(vector + 4, length * size);
    return { start: vector + 4, length };
  }

  #field(field: number, size: number): number {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#fieldsEnd) return 0;
    const offset = this.#bytes.readUint16(this.#at - this.#bytes.readInt32(this.#at) + entry);
    if (offset === 0) return 0;
    this.#check(this.#at + offset, size);
    return this.#at + offset;
  }

  #indirect(at: number): number {
    return at + this.#bytes.readUint32(at);
  }

  #int32At(at: number): number {
    this.#check(at, 4);
    return this.#bytes.readInt32(at);
  }

  #check(at: number, size: number): void {
    if (at < 0 || at + size > this.#bytes.capacity()) {
      throw new RangeError(`offset ${at} with ${size} bytes lies outside the file`);
    }
  }
}
