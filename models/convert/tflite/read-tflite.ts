import { ByteBuffer } from 'flatbuffers';
import { float16 } from '../float16.ts';
import { TableReader } from './table-reader.ts';

/** A tensor of the graph; `data` only where it is a constant. */
export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | null;
}

/** An operator call. `options` reads the fields of its options table by their number in the schema. */
export interface TfliteOperator {
  /** BuiltinOperator of schema.fbs. */
  readonly code: number;
  /** Name of a custom operator, or empty. */
  readonly custom: string;
  /** Indexes of tensors; -1 for an optional one that is absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: TableReader;
}

export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** TensorType of TensorFlow Lite's schema.fbs. */
const FLOAT32 = 0;
const FLOAT16 = 1;
const INT32 = 2;

/**
 * Reads the first subgraph of a TensorFlow Lite file. Field numbers follow schema.fbs of TensorFlow (Apache-2.0).
 * @throws RangeError or TypeError when the bytes are no such file
 */
export function readTflite(file: Uint8Array): TfliteModel {
  if (file.length < 8 || String.fromCharCode(...file.subarray(4, 8)) !== 'TFL3') {
    throw new TypeError('not a TensorFlow Lite file');
  }
  const model = TableReader.root(new ByteBuffer(file));
  const codes = model.tables(1).map((code) => ({
    // the first field is the older, one-byte form of the fourth
    code: Math.max(code.int8(0), code.int32(3)),
    custom: code.string(1),
  }));
  const [graph] = model.tables(2);
  if (graph === undefined) throw new TypeError('the file has no subgraph');
  const buffers = model.tables(4).map((buffer) => buffer.bytes(0));
  const tensors = graph.tables(0).map((tensor) => ({
    name: tensor.string(3),
    shape: tensor.int32s(0),
    data: constantData(at(buffers, tensor.int32(2), 'buffer'), tensor.int8(1)),
  }));
  const operators = graph.tables(3).map((operator) => ({
    ...at(codes, operator.int32(0), 'operator code'),
    inputs: operator.int32s(1).map((index) => (index === -1 ? -1 : tensorIndex(tensors, index))),
    outputs: operator.int32s(2).map((index) => tensorIndex(tensors, index)),
    options: operator.table(4),
  }));
  return {
    tensors,
    operators,
    inputs: graph.int32s(1).map((index) => tensorIndex(tensors, index)),
    outputs: graph.int32s(2).map((index) => tensorIndex(tensors, index)),
  };
}

function at<T>(items: readonly T[], index: number, what: string): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`the file has no ${what} ${index}`);
  return item;
}

function tensorIndex(tensors: readonly TfliteTensor[], index: number): number {
  at(tensors, index, 'tensor');
  return index;
}

function constantData(bytes: Uint8Array, type: number): Float32Array | Int32Array | null {
  if (bytes.length === 0) return null;
  if (type === FLOAT32) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (type === FLOAT16) {
    return Float32Array.from(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2), float16);
  }
  if (type === INT32) return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  throw new TypeError(`a constant has the unsupported tensor type ${type}`);
}
