import { ByteBuffer } from 'flatbuffers';
import { float16 } from '../float16.ts';

/** A tensor of the graph; `data` only where it is a constant. */
export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | null;
}

/** An operator call. `options` reads the fields of its options table by their number in the schema. */
export interface TfliteOperator {
  readonly code: number;
  readonly custom: string;
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

/** Fields of a flatbuffers table by their number in the schema; absent fields give the default. */
export class TableReader {
  readonly #bytes: ByteBuffer;
  readonly #at: number;

  constructor(bytes: ByteBuffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  int8(field: number, otherwise = 0): number {
    const at = this.#field(field);
    return at === 0 ? otherwise : this.#bytes.readInt8(at);
  }

  int32(field: number, otherwise = 0): number {
    const at = this.#field(field);
    return at === 0 ? otherwise : this.#bytes.readInt32(at);
  }

  string(field: number): string {
    const at = this.#field(field);
    return at === 0 ? '' : String(this.#bytes.__string(at));
  }

  table(field: number): TableReader {
    const at = this.#field(field);
    return new TableReader(this.#bytes, at === 0 ? 0 : this.#bytes.__indirect(at));
  }

  tables(field: number): TableReader[] {
    return this.#elements(field, 4).map((at) => new TableReader(this.#bytes, this.#bytes.__indirect(at)));
  }

  int32s(field: number): number[] {
    return this.#elements(field, 4).map((at) => this.#bytes.readInt32(at));
  }

  bytes(field: number): Uint8Array {
    const at = this.#field(field);
    if (at === 0) return new Uint8Array();
    const start = this.#bytes.__vector(at);
    return this.#bytes.bytes().slice(start, start + this.#bytes.__vector_len(at));
  }

  #elements(field: number, size: number): number[] {
    const at = this.#field(field);
    if (at === 0) return [];
    const start = this.#bytes.__vector(at);
    return Array.from({ length: this.#bytes.__vector_len(at) }, (_, i) => start + i * size);
  }

  #field(field: number): number {
    if (this.#at === 0) return 0;
    const offset = this.#bytes.__offset(this.#at, 4 + 2 * field);
    return offset === 0 ? 0 : this.#at + offset;
  }
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
  const bytes = new ByteBuffer(file);
  if (file.length < 16 || String.fromCharCode(...file.subarray(4, 8)) !== 'TFL3')
    throw new TypeError('not a TensorFlow Lite file');
  const model = new TableReader(bytes, bytes.readInt32(0));
  const codes = model.tables(1).map((code) => ({
    code: Math.max(code.int8(0), code.int32(3)),
    custom: code.string(1),
  }));
  const [graph] = model.tables(2);
  if (graph === undefined) throw new TypeError('the file has no subgraph');
  const buffers = model.tables(4).map((buffer) => buffer.bytes(0));
  const tensors = graph.tables(0).map((tensor) => ({
    name: tensor.string(3),
    shape: tensor.int32s(0),
    data: constantData(buffers[tensor.int32(2)]!, tensor.int8(1)),
  }));
  const operators = graph.tables(3).map((operator) => ({
    ...codes[operator.int32(0)]!,
    inputs: operator.int32s(1),
    outputs: operator.int32s(2),
    options: operator.table(4),
  }));
  return { tensors, operators, inputs: graph.int32s(1), outputs: graph.int32s(2) };
}

function constantData(bytes: Uint8Array, type: number): Float32Array | Int32Array | null {
  if (bytes.length === 0) return null;
  if (type === FLOAT32) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (type === FLOAT16)
    return Float32Array.from(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2), float16);
  if (type === INT32) return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  throw new TypeError(`a constant has the unsupported tensor type ${type}`);
}
