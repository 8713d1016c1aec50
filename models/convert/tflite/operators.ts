import { toChannelsFirst, toChannelsLast } from '../layout.ts';
import { activate } from './activate.ts';
import type { TfliteConversion } from './convert-tflite.ts';
import { convolution, depthwiseConvolution, padding, transposeConvolution } from './convolution.ts';
import { prelu } from './prelu.ts';
import type { TfliteOperator } from './read-tflite.ts';
import type { Rule } from './rule.ts';

/** Rules by BuiltinOperator code of schema.fbs, or by name for custom operators. */
export const OPERATORS: Readonly<Record<string, Rule>> = {
  0: binary('Add'),
  2: concatenation,
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
  41: binary('Sub'),
  54: prelu,
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

/** Along any axis but the batch. */
function concatenation({ inputs, options }: TfliteOperator, c: TfliteConversion): string {
  const y = c.graph.node('Concat', inputs.map(c.value), { axis: options.int32(0) });
  return activate(c.graph, y, options.int8(1));
}

/** Float16 weights are stored behind a DEQUANTIZE: the constant itself is used. */
function dequantize({ inputs, outputs }: TfliteOperator, c: TfliteConversion): null {
  c.alias(outputs[0]!, inputs[0]!);
  return null;
}

function maxPool({ inputs, options }: TfliteOperator, c: TfliteConversion): string {
  const y = c.graph.node('MaxPool', [toChannelsFirst(c.graph, c.value(inputs[0]!))], {
    kernel_shape: [options.int32(4), options.int32(3)],
    strides: [options.int32(2), options.int32(1)],
    ...padding(options.int8(0)),
  });
  return toChannelsLast(c.graph, activate(c.graph, y, options.int8(5)));
}

/** The first dimension is the batch, or the batch times a part of one item: it is left open. */
function reshape({ inputs, outputs }: TfliteOperator, c: TfliteConversion): string {
  const [, ...dims] = c.tensor(outputs[0]!).shape;
  return c.graph.node('Reshape', [c.value(inputs[0]!), c.graph.integers([-1, ...dims])]);
}

/** Nearest with half-pixel centres rounds halves up, as TensorFlow does. */
function resize(mode: 'linear' | 'nearest', alignField: number, halfField: number): Rule {
  return ({ inputs, outputs, options }, c) => {
    const [, height, width] = c.tensor(outputs[0]!).shape as [number, number, number];
    const [, fromHeight, fromWidth] = c.tensor(inputs[0]!).shape as [number, number, number];
    const aligned = options.int8(alignField) !== 0;
    const half = options.int8(halfField) !== 0;
    const scales = c.graph.floats(Float32Array.of(1, 1, height / fromHeight, width / fromWidth), [4]);
    const y = c.graph.node('Resize', [toChannelsFirst(c.graph, c.value(inputs[0]!)), '', scales], {
      mode,
      coordinate_transformation_mode: aligned ? 'align_corners' : half ? 'half_pixel' : 'asymmetric',
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
