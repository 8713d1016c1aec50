import type { Code } from '../../errors/codes.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { PyList } from './py-list.ts';
import { type PyDict, PyTuple, type PyValue } from './py-value.ts';

/** A value of Python data whose form is checked as it is read. Every method throws `code`, naming where the value stands. */
export class PyField {
  readonly value: PyValue;
  readonly where: string;
  readonly #code: Code;

  constructor(value: PyValue, code: Code, where: string) {
    this.value = value;
    this.#code = code;
    this.where = where;
  }

  fault(text: string): FacefleetError {
    return new FacefleetError(this.#code, `${this.where}: ${text}`);
  }

  dict(): PyDict {
    if (this.value instanceof Map) return this.value;
    throw this.fault('it is no dict');
  }

  /** The entry of a dict; null when it is missing or None. */
  find(key: string): PyField | null {
    const value = this.dict().get(key);
    return value === undefined || value === null ? null : this.inner(value, key);
  }

  entry(key: string): PyField {
    const found = this.find(key);
    if (found) return found;
    throw this.fault(`${key} is missing`);
  }

  /** All entries of a dict. Their names are texts of 1 to `maxChars` characters. */
  entries(max: number, maxChars: number): [string, PyField][] {
    const dict = this.dict();
    if (dict.size > max) throw this.fault(`it has ${dict.size} entries, more than ${max}`);
    return Array.from(dict, ([name, value]) => {
      if (name.length < 1 || name.length > maxChars)
        throw this.fault(`the length of a name is ${name.length}, not 1 to ${maxChars}`);
      if (!name.isWellFormed()) throw this.fault('a name is not valid Unicode');
      return [name, this.inner(value, name)];
    });
  }

  /** The items of a list or tuple. */
  items(max: number): PyField[] {
    return Array.from(this.#sequence(max), (value, i) => this.inner(value, i));
  }

  /** The numbers of a list or tuple, each finite and within ±magnitude. */
  numbers(max: number, magnitude: number): ArrayLike<number> {
    const numbers = this.#sequence(max);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      if (typeof number !== 'number' || !(Math.abs(number) <= magnitude))
        throw this.fault(`item ${i} is no number within ±${magnitude}`);
    }
    return numbers as ArrayLike<number>;
  }

  /** Integers from 0 to 255 of a list or tuple, or bytes; also one below the other, as in arrays that older OpenCVs encoded images to. */
  octets(max: number): Uint8Array {
    if (this.value instanceof Uint8Array) return this.bytes(max);
    if (this.value instanceof PyList && this.value.packed instanceof Uint8Array) {
      if (this.value.length > max) throw this.fault(`it has ${this.value.length} items, more than ${max}`);
      return this.value.packed;
    }
    const items = this.#sequence(max);
    const isColumn = items[0] instanceof PyList && items[0].length === 1;
    const numbers = isColumn
      ? Array.from(items, (_, i) => this.inner(items[i]!, i).numbers(1, 255)[0]!)
      : Array.from(this.numbers(max, 255));
    if (numbers.every((number) => Number.isInteger(number) && number >= 0)) return Uint8Array.from(numbers);
    throw this.fault('its items are no bytes');
  }

  bytes(max: number): Uint8Array {
    if (!(this.value instanceof Uint8Array)) throw this.fault('it is no bytes');
    if (this.value.length > max) throw this.fault(`it has ${this.value.length} bytes, more than ${max}`);
    return this.value;
  }

  text(maxChars: number): string {
    const { value } = this;
    if (typeof value === 'string' && value.length <= maxChars && value.isWellFormed()) return value;
    throw this.fault(`it is no text of up to ${maxChars} characters`);
  }

  truth(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.fault('it is neither True nor False');
  }

  number(from: number, to: number): number {
    if (typeof this.value === 'number' && this.value >= from && this.value <= to) return this.value;
    throw this.fault(`it is no number from ${from} to ${to}`);
  }

  integer(from: number, to: number): number {
    const number = this.number(from, to);
    if (Number.isInteger(number)) return number;
    throw this.fault(`${number} is no integer`);
  }

  /** A field for what this one contains. */
  inner(value: PyValue, name: string | number): PyField {
    return new PyField(value, this.#code, `${this.where}: ${name}`);
  }

  #sequence(max: number): ArrayLike<PyValue> {
    const { value } = this;
    const list = value instanceof PyList ? value.values : value instanceof PyTuple ? value.items : null;
    if (list === null) throw this.fault('it is no list');
    if (list.length > max) throw this.fault(`it has ${list.length} items, more than ${max}`);
    return list;
  }
}
