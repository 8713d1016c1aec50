import type { PyList } from './py-list.ts';

/** Python's plain data. Integers and floats are both numbers; a float that stands alone and is whole counts as an integer. */
export type PyValue = null | boolean | number | string | Uint8Array | PyList | PyTuple | PyDict;

/** A dict; keys are strings in all files of faceswap. */
export type PyDict = ReadonlyMap<string, PyValue>;

/** A tuple. */
export class PyTuple {
  readonly items: readonly PyValue[];

  constructor(items: readonly PyValue[]) {
    this.items = items;
  }
}
