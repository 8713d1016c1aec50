import { COSTS, type PickleItem, type PickleMachine } from './pickle-machine.ts';
import { PyList } from './py-list.ts';
import { PyTuple, type PyValue } from './py-value.ts';

const MAX_DIMENSIONS = 4;

type ReadNumber = (view: DataView, offset: number, little: boolean) => number;

/** Bytes per number and how to read one, by numpy's short type name. */
const TYPES: Readonly<Record<string, readonly [number, ReadNumber]>> = {
  b1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
};

/** A numpy number type that a pickle describes. */
export class NumpyType {
  readonly global = true;
  readonly name: string;
  readonly itemBytes: number;
  readonly #read: ReadNumber;
  #little = true;

  constructor(name: string, itemBytes: number, read: ReadNumber) {
    this.name = name;
    this.itemBytes = itemBytes;
    this.#read = read;
  }

  /** Of the state only the byte order matters: `(3, '<', None, None, None, -1, -1, 0)`. */
  setState(machine: PickleMachine, state: readonly PickleItem[]): void {
    const order = state[1];
    if (order !== '<' && order !== '>' && order !== '|' && order !== '=')
      throw machine.damage('a numpy type has no byte order');
    this.#little = order !== '>';
  }

  numbers(bytes: Uint8Array): Float64Array | Uint8Array {
    if (this.name === 'u1') return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float64Array.from({ length: bytes.length / this.itemBytes }, (_, i) =>
      this.#read(view, i * this.itemBytes, this.#little),
    );
  }
}

/** A numpy array, read as the list (of lists) of its numbers. Empty until its state is set. */
export class NumpyArray extends PyList {
  /** `(version, shape, type, is column-major, bytes)`. */
  setState(machine: PickleMachine, state: readonly PickleItem[]): void {
    const [, shape, type, columnMajor, bytes] = state;
    if (this.length > 0) throw machine.damage('a numpy array has two states');
    this.append(numbersOf(machine, { bytes, type, shape, columnMajor: columnMajor === true }));
  }
}

/** `numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), b'b')`: an array whose state follows. */
export function reconstructed(machine: PickleMachine, args: readonly PickleItem[]): NumpyArray {
  const [kind] = args;
  if (typeof kind !== 'object' || kind === null || !('apply' in kind) || kind.name !== 'numpy.ndarray')
    throw machine.refusal('it reconstructs what is no numpy array');
  machine.spend(COSTS.list);
  return new NumpyArray();
}

/** `numpy.core.numeric._frombuffer(bytes, dtype, shape, order)`: how protocol 5 writes an array. */
export function arrayOfBuffer(machine: PickleMachine, args: readonly PickleItem[]): PyList {
  const [bytes, type, shape, order] = args;
  machine.spend(COSTS.list);
  return PyList.of(numbersOf(machine, { bytes, type, shape, columnMajor: order === 'F' }));
}

interface ArrayState {
  readonly bytes: PickleItem | undefined;
  readonly type: PickleItem | undefined;
  readonly shape: PickleItem | undefined;
  readonly columnMajor: boolean;
}

function numbersOf(machine: PickleMachine, state: ArrayState): PyValue[] | Float64Array | Uint8Array {
  const { bytes, type, shape } = state;
  if (!(shape instanceof PyTuple) || !(type instanceof NumpyType))
    throw machine.damage('the state of a numpy array is wrong');
  if (!(bytes instanceof Uint8Array)) throw machine.refusal('a numpy array holds objects');
  const sides = shape.items.map((side) => {
    if (typeof side === 'number' && Number.isInteger(side) && side >= 0) return side;
    throw machine.damage('the shape of a numpy array is wrong');
  });
  const count = sides.reduce((product, side) => product * side, 1);
  if (sides.length < 1 || sides.length > MAX_DIMENSIONS || count * type.itemBytes !== bytes.length)
    throw machine.damage(`a numpy array of shape ${sides.join('×')} has ${bytes.length} bytes`);
  if (count === 0) return [];
  machine.spend(16 * count + (count / (sides.at(-1) ?? 1)) * 2 * COSTS.list);
  const numbers = type.numbers(bytes);
  return rows(state.columnMajor && sides.length > 1 ? rowMajor(numbers, sides) : numbers, sides);
}

/** Column-major numbers (the first index runs fastest) in row-major order. */
function rowMajor(numbers: Float64Array | Uint8Array, sides: readonly number[]): Float64Array | Uint8Array {
  const ordered = numbers.slice();
  for (let place = 0; place < ordered.length; place++) {
    let rest = place;
    let from = 0;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const side = sides[axis] as number;
      from += (rest % side) * sides.slice(0, axis).reduce((product, other) => product * other, 1);
      rest = Math.floor(rest / side);
    }
    ordered[place] = numbers[from] as number;
  }
  return ordered;
}

function rows(
  numbers: Float64Array | Uint8Array,
  sides: readonly number[],
): PyValue[] | Float64Array | Uint8Array {
  const [first = 0, ...rest] = sides;
  if (rest.length === 0) return numbers;
  const step = numbers.length / first;
  return Array.from({ length: first }, (_, i) =>
    PyList.of(rows(numbers.subarray(i * step, (i + 1) * step), rest)),
  );
}

/** `numpy.dtype('f4', False, True)`: a number type whose state follows. */
export function typeNamed(machine: PickleMachine, args: readonly PickleItem[]): NumpyType {
  const [name] = args;
  const found = typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (!found)
    throw machine.refusal(`numpy.dtype(${JSON.stringify(name)?.slice(0, 40)}) is no type of numbers`);
  machine.spend(COSTS.tuple);
  return new NumpyType(name as string, ...found);
}

/** `numpy.core.multiarray.scalar(dtype, bytes)`: one number. */
export function scalarOf(machine: PickleMachine, args: readonly PickleItem[]): number {
  const [type, bytes] = args;
  if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array) || bytes.length !== type.itemBytes)
    throw machine.damage('a numpy scalar is wrong');
  return type.numbers(bytes)[0] as number;
}
