import type { Attribute, OnnxGraph } from '../onnx-graph.ts';
import { permuteKernel } from '../permute-kernel.ts';
import type { TfliteConversion } from './convert-tflite.ts';
import type { TfliteOperator } from './read-tflite.ts';

/** Turns one operator into nodes; gives the name of its output, or null when it needs no node. */
type Rule = (operator: TfliteOperator, conversion: TfliteConversion) => string | null;

/** Rules by BuiltinOperator code of schema.fbs, or by name for custom operators. */
export const OPERATORS: Readonly<Record<string, Rule>> = {
  0: binary('Add'),
  2: (operator, c) =>
    activate(
      c.graph,
      c.graph.node('Concat', operator.inputs.map(c.value), { axis: operator.options.int32(0) }),
      operator.options.int8(1),
    ),
  3: convolution,
  4: depthwiseConvolution,
  6: dequantize,
  14: unary('Sigmoid'),
  17: maxPool,
  18: binary('Mul'),
  19: unary('Relu'),
  22: reshape,
  23: resize('linear', 2, 3),
  25: (operator, c) => c.graph.node('Softmax', [c.value(operator.inputs[0]!)], { axis: -1 }),
  34: pad,
  39: (operator, c) =>
    c.graph.node('Transpose', [c.value(operator.inputs[0]!)], { perm: [...c.data(operator.inputs[1]!)] }),
  54: (operator, c) => c.graph.node('PRelu', operator.inputs.map(c.value)),
  67: transposeConvolution,
  74: reduceSum,
  97: resize('nearest', 0, 1),
  Convolution2DTransposeBias: transposeConvolution,
};

function unary(op: string): Rule {
  return (operator, c) => c.graph.node(op, [c.value(operator.inputs[0]!)]);
}

function binary(op: string): Rule {
  return (operator, c) =>
    activate(c.graph, c.graph.node(op, operator.inputs.map(c.value)), operator.options.int8(0));
}

/** ActivationFunctionType of schema.fbs. */
function activate(graph: OnnxGraph, value: string, activation: number): string {
  if (activation === 0) return value;
  if (activation === 1) return graph.node('Relu', [value]);
  if (activation === 3) {
    const zero = graph.floats(Float32Array.of(0), [], 'zero');
    return graph.node('Clip', [value, zero, graph.floats(Float32Array.of(6), [], 'six')]);
  }
  throw new TypeError(`no rule for activation ${activation}`);
}

/** Float16 weights are stored behind a DEQUANTIZE: the constant itself is used. */
function dequantize({ inputs, outputs }: TfliteOperator, c: TfliteConversion): null {
  c.alias(outputs[0]!, inputs[0]!);
  return null;
}

function toChannelsFirst(graph: OnnxGraph, value: string): string {
  return graph.node('Transpose', [value], { perm: [0, 3, 1, 2] });
}

function toChannelsLast(graph: OnnxGraph, value: string): string {
  return graph.node('Transpose', [value], { perm: [0, 2, 3, 1] });
}

function padding(code: number): Readonly<Record<string, Attribute>> {
  return { auto_pad: code === 0 ? 'SAME_UPPER' : 'VALID' };
}

function bias(c: TfliteConversion, input: number | undefined, output: number): string[] {
  if (input === undefined || input < 0) return [];
  const data = c.data(input) as Float32Array;
  return [c.graph.floats(data, [data.length], `b${output}`)];
}

function convolution({ inputs, outputs, options }: TfliteOperator, c: TfliteConversion): string {
  const [x, kernel] = inputs as [number, number];
  const [, height, width, channels] = c.tensor(kernel).shape as [number, number, number, number];
  const weights = permuteKernel(c.data(kernel), c.tensor(kernel).shape, [0, 3, 1, 2]);
  const y = c.graph.node(
    'Conv',
    [
      toChannelsFirst(c.graph, c.value(x)),
      c.graph.floats(weights.data, weights.dims, `k${outputs[0]}`),
      ...bias(c, inputs[2], outputs[0]!),
    ],
    {
      kernel_shape: [height, width],
      strides: [options.int32(2, 1), options.int32(1, 1)],
      dilations: [options.int32(5, 1), options.int32(4, 1)],
      group: c.tensor(x).shape[3]! / channels,
      ...padding(options.int8(0)),
    },
  );
  return toChannelsLast(c.graph, activate(c.graph, y, options.int8(3)));
}

function depthwiseConvolution({ inputs, outputs, options }: TfliteOperator, c: TfliteConversion): string {
  const [x, kernel] = inputs as [number, number];
  const [, height, width] = c.tensor(kernel).shape as [number, number, number, number];
  const weights = permuteKernel(c.data(kernel), c.tensor(kernel).shape, [3, 0, 1, 2]);
  const y = c.graph.node(
    'Conv',
    [
      toChannelsFirst(c.graph, c.value(x)),
      c.graph.floats(weights.data, weights.dims, `k${outputs[0]}`),
      ...bias(c, inputs[2], outputs[0]!),
    ],
    {
      kernel_shape: [height, width],
      strides: [options.int32(2, 1), options.int32(1, 1)],
      dilations: [options.int32(6, 1), options.int32(5, 1)],
      group: c.tensor(x).shape[3]!,
      ...padding(options.int8(0)),
    },
  );
  return toChannelsLast(c.graph, activate(c.graph, y, options.int8(4)));
}

/** TRANSPOSE_CONV has inputs (output shape, kernel, x, bias?), MediaPipe's custom form (x, kernel, bias). */
function transposeConvolution(
  { custom, inputs, outputs, options }: TfliteOperator,
  c: TfliteConversion,
): string {
  const [x, biasInput] = custom ? [inputs[0]!, inputs[2]] : [inputs[2]!, inputs[3]];
  const kernel = inputs[1]!;
  const [, height, width] = c.tensor(kernel).shape as [number, number, number, number];
  const weights = permuteKernel(c.data(kernel), c.tensor(kernel).shape, [3, 0, 1, 2]);
  const [, outHeight, outWidth] = c.tensor(outputs[0]!).shape as [number, number, number];
  const [, inHeight, inWidth] = c.tensor(x).shape as [number, number, number];
  const strides = [outHeight / inHeight, outWidth / inWidth] as const;
  const same = custom !== '' || options.int8(0) === 0;
  const extra = [
    same ? Math.max(height - strides[0], 0) : 0,
    same ? Math.max(width - strides[1], 0) : 0,
  ] as const;
  const before = [extra[0] >> 1, extra[1] >> 1] as const;
  const y = c.graph.node(
    'ConvTranspose',
    [
      toChannelsFirst(c.graph, c.value(x)),
      c.graph.floats(weights.data, weights.dims, `k${outputs[0]}`),
      ...bias(c, biasInput, outputs[0]!),
    ],
    {
      kernel_shape: [height, width],
      strides: [...strides],
      pads: [...before, extra[0] - before[0], extra[1] - before[1]],
    },
  );
  return toChannelsLast(c.graph, y);
}

function maxPool({ inputs, options }: TfliteOperator, c: TfliteConversion): string {
  const y = c.graph.node('MaxPool', [toChannelsFirst(c.graph, c.value(inputs[0]!))], {
    kernel_shape: [options.int32(4), options.int32(3)],
    strides: [options.int32(2), options.int32(1)],
    ...padding(options.int8(0)),
  });
  return toChannelsLast(c.graph, activate(c.graph, y, options.int8(5)));
}

function reshape({ inputs, outputs }: TfliteOperator, c: TfliteConversion): string {
  const { shape } = c.tensor(outputs[0]!);
  const target = c.openBatch && shape[0] === 1 ? [-1, ...shape.slice(1)] : [...shape];
  return c.graph.node('Reshape', [c.value(inputs[0]!), c.graph.integers(target)]);
}

/** Nearest with half-pixel centres rounds halves up, as TensorFlow does. */
function resize(mode: 'linear' | 'nearest', alignField: number, halfField: number): Rule {
  return ({ inputs, outputs, options }, c) => {
    const [, height, width] = c.tensor(outputs[0]!).shape as [number, number, number];
    const [, fromHeight, fromWidth] = c.tensor(inputs[0]!).shape as [number, number, number];
    const aligned = options.int8(alignField) !== 0;
    const half = options.int8(halfField) !== 0;
    const transformation = aligned ? 'align_corners' : half ? 'half_pixel' : 'asymmetric';
    const scales = c.graph.floats(Float32Array.of(1, 1, height / fromHeight, width / fromWidth), [4]);
    const y = c.graph.node('Resize', [toChannelsFirst(c.graph, c.value(inputs[0]!)), '', scales], {
      mode,
      coordinate_transformation_mode: transformation,
      ...(mode === 'nearest' ? { nearest_mode: aligned || half ? 'round_prefer_ceil' : 'floor' } : {}),
    });
    return toChannelsLast(c.graph, y);
  };
}

function pad({ inputs }: TfliteOperator, c: TfliteConversion): string {
  const pairs = [...c.data(inputs[1]!)];
  const before = pairs.filter((_, i) => i % 2 === 0);
  const after = pairs.filter((_, i) => i % 2 === 1);
  return c.graph.node('Pad', [c.value(inputs[0]!), c.graph.integers([...before, ...after])], {
    mode: 'constant',
  });
}

function reduceSum({ inputs, options }: TfliteOperator, c: TfliteConversion): string {
  return c.graph.node('ReduceSum', [c.value(inputs[0]!), c.graph.integers([...c.data(inputs[1]!)])], {
    keepdims: options.int8(0),
  });
}
