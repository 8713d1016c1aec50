import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  type TensorShapeProto_Dimension,
  TensorShapeProto_DimensionSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../proto/gen/onnx/onnx_pb.ts';

/** ONNX's codes of the attribute types used here (AttributeProto.AttributeType). */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** ONNX's codes of the element types used here (TensorProto.DataType). */
export const DATA_TYPE = { float32: 1, uint8: 2, int64: 7 } as const;
export type ElementType = keyof typeof DATA_TYPE;

/** A dimension: a number, or a name for one that may vary. */
export type Dim = number | string;

/** An attribute of a node. A bare number is an integer; write `{ float: x }` for a float. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

const OPSET = 17n;
const IR_VERSION = 8n;

/** Builds an ONNX model node by node. The bytes depend only on the order of the calls. */
export class OnnxGraph {
  readonly #graph;
  readonly #constants = new Set<string>();
  #count = 0;

  constructor(name: string) {
    this.#graph = create(GraphProtoSchema, { name });
  }

  input(name: string, type: ElementType, dims: readonly Dim[]): string {
    this.#graph.input.push(valueInfo(name, type, dims));
    return name;
  }

  output(name: string, type: ElementType, dims: readonly Dim[]): void {
    this.#graph.output.push(valueInfo(name, type, dims));
  }

  /** Adds a node and returns its (first) output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output?: string,
  ): string {
    const name = output ?? this.#unique(op);
    const attribute = Object.entries(attributes).map(([key, value]) => toAttribute(key, value));
    this.#graph.node.push(
      create(NodeProtoSchema, {
        input: [...inputs],
        output: [name],
        name: `${op}_${this.#graph.node.length}`,
        opType: op,
        attribute,
      }),
    );
    return name;
  }

  /** A float32 constant. A name given twice is stored once. */
  floats(data: Float32Array, dims: readonly number[], name = this.#unique('f')): string {
    return this.#constant(name, 'float32', dims, bytesOf(data));
  }

  /** An int64 constant: a vector unless `dims` says otherwise. */
  integers(
    values: readonly number[],
    dims: readonly number[] = [values.length],
    name = this.#unique('i'),
  ): string {
    return this.#constant(name, 'int64', dims, bytesOf(BigInt64Array.from(values, BigInt)));
  }

  /** The model as protobuf bytes. */
  build(): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'facefleet',
      graph: this.#graph,
      opsetImport: [{ domain: '', version: OPSET }],
    });
    return toBinary(ModelProtoSchema, model);
  }

  #constant(name: string, type: ElementType, dims: readonly number[], rawData: Uint8Array): string {
    if (!this.#constants.has(name)) {
      this.#constants.add(name);
      this.#graph.initializer.push(
        create(TensorProtoSchema, { name, dataType: DATA_TYPE[type], dims: dims.map(BigInt), rawData }),
      );
    }
    return name;
  }

  #unique(prefix: string): string {
    this.#count += 1;
    return `${prefix}_${this.#count}`;
  }
}

function valueInfo(name: string, type: ElementType, dims: readonly Dim[]): ValueInfoProto {
  const tensor = { elemType: DATA_TYPE[type], shape: { dim: dims.map(toDimension) } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensor } } });
}

/** A dimension in ONNX's form. */
export function toDimension(dim: Dim): TensorShapeProto_Dimension {
  return create(TensorShapeProto_DimensionSchema, {
    value:
      typeof dim === 'number' ? { case: 'dimValue', value: BigInt(dim) } : { case: 'dimParam', value: dim },
  });
}

function toAttribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, i: BigInt(value), type: ATTRIBUTE_TYPE.int });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      s: new TextEncoder().encode(value),
      type: ATTRIBUTE_TYPE.string,
    });
  }
  if ('float' in value)
    return create(AttributeProtoSchema, { name, f: value.float, type: ATTRIBUTE_TYPE.float });
  return create(AttributeProtoSchema, { name, ints: value.map(BigInt), type: ATTRIBUTE_TYPE.ints });
}

/** Little-endian bytes of a typed array (every platform that Node runs on is little-endian). */
function bytesOf(data: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
}
