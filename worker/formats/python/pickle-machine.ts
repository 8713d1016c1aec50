import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { NumpyType } from './numpy-array.ts';
import type { PickleGlobal } from './pickle-globals.ts';
import type { PyValue } from './py-value.ts';

/** What can lie on the stack of a pickle that is being read. */
export type PickleItem = PyValue | PickleGlobal | NumpyType | PickleArguments;

/** A tuple of which not every item is data: arguments of a name. */
export interface PickleArguments {
  readonly global: true;
  readonly name: string;
  readonly items: readonly PickleItem[];
}

/** How much one pickle may make of its bytes. */
export interface PickleLimits {
  /** Values inside each other. */
  readonly depth: number;
  /** Values waiting to be put into a container. */
  readonly stack: number;
  /** Estimated memory of everything that is made, bytes. */
  readonly heldBytes: number;
}

/** Whether an item is data. */
export function isPlain(item: PickleItem): item is PyValue {
  return typeof item !== 'object' || item === null || !('global' in item);
}

/** Estimated memory of values on a 64-bit V8, bytes. */
export const COSTS = {
  list: 160,
  tuple: 160,
  dict: 400,
  entry: 64,
  view: 160,
  text: 40,
  number: 24,
} as const;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MAX_MEMO = 2 ** 26;

/** The state of reading a pickle: where it stands in the bytes, its stack, its memo, and what may still be spent. */
export class PickleMachine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly stack: PickleItem[] = [];
  /** Offset of the byte to be read next. */
  at = 0;
  done = false;
  readonly #where: string;
  readonly #limits: PickleLimits;
  readonly #marks: number[] = [];
  readonly #memo: PickleItem[] = [];
  #opcodeAt = 0;
  #spent = 0;

  /** @param where names the file in errors */
  constructor(bytes: Uint8Array, where: string, limits: PickleLimits) {
    // a plain view: views of a Buffer would be Buffers
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
    this.#limits = limits;
  }

  /** Notes where the opcode that is about to be read stands. */
  begin(): void {
    this.#opcodeAt = this.at;
  }

  /** The pickle has ended. */
  stop(): void {
    this.done = true;
  }

  /** The error that the pickle is no pickle of plain data. */
  damage(text: string): FacefleetError {
    return new FacefleetError('FF1201', `${this.#where}: byte ${this.#opcodeAt}: ${text}`);
  }

  /** The error that the pickle asks for something to be run. */
  refusal(text: string): FacefleetError {
    return new FacefleetError('FF1204', `${this.#where}: byte ${this.#opcodeAt}: ${text}`);
  }

  /** Accounts for memory. Throws FF1205 when the limit is passed. */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#limits.heldBytes) throw this.#excess('takes too much memory');
  }

  /** Offset of the next `count` bytes, which are then passed over. */
  take(count: number): number {
    const start = this.at;
    if (!(count >= 0 && count <= this.bytes.length - start)) throw this.damage('the data end too early');
    this.at = start + count;
    return start;
  }

  /** A length of 8 bytes, little-endian. */
  longLength(): number {
    const length = Number(this.view.getBigUint64(this.take(8), true));
    if (length > this.bytes.length) throw this.damage('the data end too early');
    return length;
  }

  /** The next `count` bytes as UTF-8 text. */
  text(count: number): string {
    const start = this.take(count);
    this.spend(COSTS.text + 2 * count);
    try {
      return UTF8.decode(this.bytes.subarray(start, start + count));
    } catch {
      throw this.damage('a text is not valid UTF-8');
    }
  }

  /** The next `count` bytes, as a view. */
  raw(count: number): Uint8Array {
    const start = this.take(count);
    this.spend(COSTS.view);
    return this.bytes.subarray(start, start + count);
  }

  push(item: PickleItem): void {
    if (this.stack.length >= this.#limits.stack) throw this.#excess('has too many values in one container');
    this.stack.push(item);
  }

  pop(): PickleItem {
    if (this.stack.length <= (this.#marks.at(-1) ?? 0)) throw this.damage('a value is missing');
    return this.stack.pop() as PickleItem;
  }

  /** The topmost item, which stays. */
  top(): PickleItem {
    if (this.stack.length <= (this.#marks.at(-1) ?? 0)) throw this.damage('a value is missing');
    return this.stack.at(-1) as PickleItem;
  }

  mark(): void {
    if (this.#marks.length >= this.#limits.depth) throw this.#excess('is nested too deeply');
    this.#marks.push(this.stack.length);
  }

  /** Takes away what was pushed since the last mark, and the mark. */
  popMark(): PickleItem[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.damage('a mark is missing');
    return this.stack.splice(mark);
  }

  memoize(): void {
    this.put(this.#memo.length);
  }

  /** Notes the topmost item under a number; picklers count from 0 without gaps. */
  put(number: number): void {
    if (number > this.#memo.length) throw this.damage(`memo ${number} comes before ${this.#memo.length}`);
    if (number >= MAX_MEMO) throw this.#excess('has too many values');
    this.#memo[number] = this.top();
    this.spend(8);
  }

  get(number: number): PickleItem {
    if (number >= this.#memo.length) throw this.damage(`memo ${number} does not exist`);
    return this.#memo[number] as PickleItem;
  }

  /** The item when it is plain data. */
  plain(item: PickleItem): PyValue {
    if (isPlain(item)) return item;
    throw this.refusal(`${item.name} stands where data should`);
  }

  plains(items: PickleItem[]): PyValue[] {
    for (const item of items) this.plain(item);
    return items as PyValue[];
  }

  #excess(text: string): FacefleetError {
    return new FacefleetError('FF1205', `${this.#where}: byte ${this.#opcodeAt}: it ${text}`);
  }
}
