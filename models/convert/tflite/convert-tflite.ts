import { type Dim, OnnxGraph } from '../onnx-graph.ts';
import { OPERATORS } from './operators.ts';
import { readTflite, type TfliteModel, type TfliteTensor } from './read-tflite.ts';

/** What the rules of single operators work on. */
export interface TfliteConversion {
  readonly graph: OnnxGraph;
  tensor(index: number): TfliteTensor;
  /** ONNX name of a tensor's value; constants are added when first used. */
  value(index: number): string;
  /** A constant's numbers, also behind a DEQUANTIZE of float16. */
  data(index: number): Float32Array | Int32Array;
  /** Declares that a tensor has the constant value of another. */
  alias(index: number, source: number): void;
}

/**
 * A TensorFlow Lite graph with float weights as ONNX bytes. The layout stays NHWC; the first dimension of inputs and outputs becomes
 * the variable batch `N`. Names are kept, but for the `:` before an output's number.
 * @param name the graph's name
 * @throws TypeError for operators that have no rule; RangeError or TypeError when the bytes are no TensorFlow Lite file
 */
export function convertTflite(file: Uint8Array, name: string): Uint8Array {
  const model = readTflite(file);
  const graph = new OnnxGraph(name);
  const values = new Map<number, string>();
  const conversion = conversionOf(model, graph, values);
  for (const index of model.inputs) {
    const tensor = model.tensors[index]!;
    values.set(index, graph.input(tensor.name, 'float32', batched(tensor)));
  }
  for (const operator of model.operators) {
    const rule = OPERATORS[operator.custom || operator.code];
    if (rule === undefined) throw new TypeError(`no rule for operator ${operator.custom || operator.code}`);
    const result = rule(operator, conversion);
    if (result !== null) values.set(operator.outputs[0]!, result);
  }
  for (const index of model.outputs) {
    const tensor = model.tensors[index]!;
    const output = tensor.name.replace(/:(\d+)$/, '_$1');
    graph.node('Identity', [conversion.value(index)], {}, output);
    graph.output(output, 'float32', batched(tensor));
  }
  return graph.build();
}

function conversionOf(model: TfliteModel, graph: OnnxGraph, values: Map<number, string>): TfliteConversion {
  const aliases = new Map<number, number>();
  const conversion: TfliteConversion = {
    graph,
    tensor: (index) => model.tensors[index]!,
    data(index) {
      const { data, name } = model.tensors[aliases.get(index) ?? index]!;
      if (data === null) throw new TypeError(`${name} is no constant`);
      return data;
    },
    value(index) {
      const known = values.get(index);
      if (known !== undefined) return known;
      const data = conversion.data(index);
      const { shape } = model.tensors[index]!;
      const made =
        data instanceof Int32Array
          ? graph.integers([...data], shape, `w${index}`)
          : graph.floats(data, shape, `w${index}`);
      values.set(index, made);
      return made;
    },
    alias: (index, source) => aliases.set(index, aliases.get(source) ?? source),
  };
  return conversion;
}

function batched({ shape }: TfliteTensor): Dim[] {
  return ['N', ...shape.slice(1)];
}
