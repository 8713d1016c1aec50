import { OnnxGraph } from '../onnx-graph.ts';
import { OPERATORS } from './operators.ts';
import { readTflite, type TfliteModel, type TfliteTensor } from './read-tflite.ts';

/** What the rules of single operators work on. */
export interface TfliteConversion {
  readonly graph: OnnxGraph;
  /** The batch dimension is left open: leading dimensions of 1 in reshapes become -1. */
  readonly openBatch: boolean;
  tensor(index: number): TfliteTensor;
  /** ONNX name of a tensor's value; constants are added when first used. */
  value(index: number): string;
  /** A constant's numbers, also behind a DEQUANTIZE of float16. */
  data(index: number): Float32Array | Int32Array;
  /** Declares that a tensor has the constant value of another. */
  alias(index: number, source: number): void;
}

/**
 * A TensorFlow Lite graph with float weights as ONNX bytes. The layout stays NHWC; convolutions are wrapped in transposes, which
 * onnxruntime folds. Input and output names are kept.
 * @param options.openBatch make the first dimension of inputs and outputs variable (`N`)
 * @throws TypeError for operators that have no rule
 */
export function convertTflite(file: Uint8Array, options: { name: string; openBatch: boolean }): Uint8Array {
  const model = readTflite(file);
  const graph = new OnnxGraph(options.name);
  const values = new Map<number, string>();
  const aliases = new Map<number, number>();
  const shape = (tensor: TfliteTensor) =>
    options.openBatch ? ['N', ...tensor.shape.slice(1)] : tensor.shape;
  const resolve = (index: number): TfliteTensor => model.tensors[aliases.get(index) ?? index]!;
  const conversion: TfliteConversion = {
    graph,
    openBatch: options.openBatch,
    tensor: (index) => model.tensors[index]!,
    data(index) {
      const { data, name } = resolve(index);
      if (data === null) throw new TypeError(`${name} is no constant`);
      return data;
    },
    value(index) {
      const known = values.get(index);
      if (known !== undefined) return known;
      const name = constant(graph, conversion.data(index), model.tensors[index]!, index);
      values.set(index, name);
      return name;
    },
    alias: (index, source) => aliases.set(index, aliases.get(source) ?? source),
  };
  for (const index of model.inputs) {
    const tensor = model.tensors[index]!;
    values.set(index, graph.input(tensor.name, 'float32', shape(tensor)));
  }
  convertOperators(model, conversion, values);
  for (const index of model.outputs) {
    const tensor = model.tensors[index]!;
    const name = graph.node('Identity', [conversion.value(index)], {}, tensor.name.replace(/:(\d+)$/, '_$1'));
    graph.output(name, 'float32', shape(tensor));
  }
  return graph.build();
}

function convertOperators(
  model: TfliteModel,
  conversion: TfliteConversion,
  values: Map<number, string>,
): void {
  for (const operator of model.operators) {
    const rule = OPERATORS[operator.custom || operator.code];
    if (rule === undefined) throw new TypeError(`no rule for operator ${operator.custom || operator.code}`);
    const result = rule(operator, conversion);
    if (result !== null) values.set(operator.outputs[0]!, result);
  }
}

function constant(
  graph: OnnxGraph,
  data: Float32Array | Int32Array,
  tensor: TfliteTensor,
  index: number,
): string {
  if (data instanceof Int32Array) return graph.integers([...data], tensor.shape, `w${index}`);
  return graph.floats(data, tensor.shape, `w${index}`);
}
