import type { PyList } from './py-list.ts';

/** Python's plain data. Integers and floats are both numbers; a float that stands alone and is whole counts as an integer. */
export type PyValue = null | boolean | number | string | Uint8Array | PyList | PyTuple | PyDict;

/** A dict; keys are strings in all files of faceswap. */
export type PyDict = ReadonlyMap<string, PyValue>;

/** Whether a number stands for a Python integer; the others are floats. */
export function isPythonInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

/** A tuple. */
export class PyTuple {
  readonly items: readonly PyValue[];

  constructor(items: readonly PyValue[]) {
    this.items = items;
  }
}
