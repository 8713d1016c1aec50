import { toChannelsFirst, toChannelsLast } from '../layout.ts';
import type { Attribute } from '../onnx-graph.ts';
import { permuteKernel } from '../permute-kernel.ts';
import { activate } from './activate.ts';
import type { TfliteConversion } from './convert-tflite.ts';
import type { TfliteOperator } from './read-tflite.ts';

type Shape4 = readonly [number, number, number, number];

/** Padding of schema.fbs: 0 SAME, 1 VALID. */
export function padding(code: number): Readonly<Record<string, Attribute>> {
  return { auto_pad: code === 0 ? 'SAME_UPPER' : 'VALID' };
}

/** CONV_2D; kernels are [out, height, width, in]. */
export function convolution({ inputs, outputs, options }: TfliteOperator, c: TfliteConversion): string {
  const [x, kernel] = inputs as [number, number];
  const [, height, width, channels] = shape4(c, kernel);
  const weights = permuteKernel(c.data(kernel), c.tensor(kernel).shape, [0, 3, 1, 2]);
  const y = c.graph.node('Conv', convolutionInputs(c, x, weights, inputs[2], outputs[0]!), {
    kernel_shape: [height, width],
    strides: [options.int32(2, 1), options.int32(1, 1)],
    dilations: [options.int32(5, 1), options.int32(4, 1)],
    group: shape4(c, x)[3] / channels,
    ...padding(options.int8(0)),
  });
  return toChannelsLast(c.graph, activate(c.graph, y, options.int8(3)));
}

/** DEPTHWISE_CONV_2D; kernels are [1, height, width, out]. */
export function depthwiseConvolution(
  { inputs, outputs, options }: TfliteOperator,
  c: TfliteConversion,
): string {
  const [x, kernel] = inputs as [number, number];
  const [, height, width] = shape4(c, kernel);
  const weights = permuteKernel(c.data(kernel), c.tensor(kernel).shape, [3, 0, 1, 2]);
  const y = c.graph.node('Conv', convolutionInputs(c, x, weights, inputs[2], outputs[0]!), {
    kernel_shape: [height, width],
    strides: [options.int32(2, 1), options.int32(1, 1)],
    dilations: [options.int32(6, 1), options.int32(5, 1)],
    group: shape4(c, x)[3],
    ...padding(options.int8(0)),
  });
  return toChannelsLast(c.graph, activate(c.graph, y, options.int8(4)));
}

/**
 * TRANSPOSE_CONV with inputs (output shape, kernel, x, bias?), and MediaPipe's custom form (x, kernel, bias) with SAME padding;
 * kernels are [out, height, width, in].
 */
export function transposeConvolution(
  { custom, inputs, outputs, options }: TfliteOperator,
  c: TfliteConversion,
): string {
  const [x, bias] = custom ? [inputs[0]!, inputs[2]] : [inputs[2]!, inputs[3]];
  const kernel = inputs[1]!;
  const [, height, width] = shape4(c, kernel);
  const weights = permuteKernel(c.data(kernel), c.tensor(kernel).shape, [3, 0, 1, 2]);
  const [, outHeight, outWidth] = shape4(c, outputs[0]!);
  const [, inHeight, inWidth] = shape4(c, x);
  const same = custom !== '' || options.int8(0) === 0;
  const strides = custom
    ? [outHeight / inHeight, outWidth / inWidth]
    : [options.int32(2, 1), options.int32(1, 1)];
  const extra = [height - strides[0]!, width - strides[1]!].map((more) => (same ? Math.max(more, 0) : 0));
  const before = extra.map((total) => total >> 1);
  const y = c.graph.node('ConvTranspose', convolutionInputs(c, x, weights, bias, outputs[0]!), {
    kernel_shape: [height, width],
    strides,
    pads: [...before, ...extra.map((total, i) => total - before[i]!)],
  });
  return toChannelsLast(c.graph, activate(c.graph, y, custom ? 0 : options.int8(3)));
}

function shape4(c: TfliteConversion, tensor: number): Shape4 {
  const { shape, name } = c.tensor(tensor);
  if (shape.length !== 4) throw new TypeError(`${name} has ${shape.length} dimensions, not 4`);
  return shape as unknown as Shape4;
}

/** ONNX's inputs x, kernel and bias (when there is one). */
function convolutionInputs(
  c: TfliteConversion,
  x: number,
  kernel: { data: Float32Array; dims: number[] },
  bias: number | undefined,
  output: number,
): string[] {
  const inputs = [
    toChannelsFirst(c.graph, c.value(x)),
    c.graph.floats(kernel.data, kernel.dims, `k${output}`),
  ];
  if (bias !== undefined && bias >= 0) {
    const data = Float32Array.from(c.data(bias));
    inputs.push(c.graph.floats(data, [data.length], `b${output}`));
  }
  return inputs;
}
