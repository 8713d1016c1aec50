import { toChannelsFirst, toChannelsLast } from '../layout.ts';
import type { Attribute } from '../onnx-graph.ts';
import { permuteKernel } from '../permute-kernel.ts';
import type { TfjsConversion } from './convert-tfjs.ts';
import type { TfjsNode } from './read-tfjs.ts';

/** Turns one node into ONNX nodes and gives the name of its output. */
type Rule = (node: TfjsNode, conversion: TfjsConversion) => string;

/** Rules by TensorFlow operator name. */
export const OPERATORS: Readonly<Record<string, Rule>> = {
  _FusedConv2D: convolution,
  Conv2D: convolution,
  FusedDepthwiseConv2dNative: convolution,
  DepthwiseConv2dNative: convolution,
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  Add: simple('Add'),
  AddV2: simple('Add'),
  Mul: simple('Mul'),
  Relu: simple('Relu'),
  Sigmoid: simple('Sigmoid'),
  Shape: simple('Shape'),
  Softmax: (node, c) => c.graph.node('Softmax', [c.value(node.input[0]!)], { axis: -1 }),
  ConcatV2: (node, c) =>
    c.graph.node('Concat', node.input.slice(0, -1).map(c.value), {
      axis: c.weight(node.input.at(-1)!).data[0]!,
    }),
  Mean: (node, c) =>
    c.graph.node('ReduceMean', [c.value(node.input[0]!)], {
      axes: [...c.weight(node.input[1]!).data],
      keepdims: node.attr.keep_dims?.b ? 1 : 0,
    }),
  ArgMax: argMax,
  Squeeze: squeeze,
  Pack: pack,
  StridedSlice: stridedSlice,
  ResizeBilinear: resizeBilinear,
};

function simple(op: string): Rule {
  return (node, c) => c.graph.node(op, node.input.map(c.value));
}

function text(node: TfjsNode, name: string): string {
  return Buffer.from(node.attr[name]?.s ?? '', 'base64').toString();
}

function integers(node: TfjsNode, name: string): number[] {
  return (node.attr[name]?.list?.i ?? []).map(Number);
}

function integer(node: TfjsNode, name: string): number {
  return Number(node.attr[name]?.i ?? 0);
}

/** Height and width of a [batch, height, width, channels] attribute. */
function spatial(node: TfjsNode, name: string): number[] {
  return integers(node, name).slice(1, 3);
}

function padding(node: TfjsNode): Readonly<Record<string, Attribute>> {
  const kind = text(node, 'padding');
  if (kind !== 'SAME' && kind !== 'VALID') throw new TypeError(`${node.name}: no rule for padding ${kind}`);
  return { auto_pad: kind === 'SAME' ? 'SAME_UPPER' : 'VALID' };
}

/** Kernels are HWIO; a depthwise one becomes a grouped convolution with one input channel. */
function convolution(node: TfjsNode, c: TfjsConversion): string {
  const [x, kernelInput] = node.input as [string, string];
  const { shape, data } = c.weight(kernelInput);
  const [height, width, channels] = shape as [number, number, number, number];
  const depthwise = node.op.includes('Depthwise');
  const kernel = permuteKernel(data, shape, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  const dims = depthwise ? [kernel.dims[0]! * kernel.dims[1]!, 1, height, width] : kernel.dims;
  const fused = (node.attr.fused_ops?.list?.s ?? []).map((s) => Buffer.from(s, 'base64').toString());
  const inputs = [toChannelsFirst(c.graph, c.value(x)), c.graph.floats(kernel.data, dims, `k/${node.name}`)];
  if (fused[0] === 'BiasAdd') {
    const bias = Float32Array.from(c.weight(node.input[2]!).data);
    inputs.push(c.graph.floats(bias, [bias.length], `b/${node.name}`));
    fused.shift();
  }
  let y = c.graph.node('Conv', inputs, {
    kernel_shape: [height, width],
    strides: spatial(node, 'strides'),
    dilations: spatial(node, 'dilations'),
    group: depthwise ? channels : 1,
    ...padding(node),
  });
  for (const activation of fused) {
    if (activation !== 'Relu') throw new TypeError(`${node.name}: no rule for fused ${activation}`);
    y = c.graph.node('Relu', [y]);
  }
  return toChannelsLast(c.graph, y);
}

function pool(op: 'MaxPool' | 'AveragePool'): Rule {
  return (node, c) => {
    const y = c.graph.node(op, [toChannelsFirst(c.graph, c.value(node.input[0]!))], {
      kernel_shape: spatial(node, 'ksize'),
      strides: spatial(node, 'strides'),
      ...padding(node),
      ...(op === 'AveragePool' ? { count_include_pad: 0 } : {}),
    });
    return toChannelsLast(c.graph, y);
  };
}

/** Softmax keeps the order of its values, so the largest is found without it. */
function argMax(node: TfjsNode, c: TfjsConversion): string {
  const before = c.node(node.input[0]!);
  const scores = before?.op === 'Softmax' ? before.input[0]! : node.input[0]!;
  return c.graph.node('ArgMax', [c.value(scores)], {
    axis: c.weight(node.input[1]!).data[0]!,
    keepdims: 0,
  });
}

/** The batch, which the original fixes to 1 and removes, stays. */
function squeeze(node: TfjsNode, c: TfjsConversion): string {
  const axes = integers(node, 'squeeze_dims').filter((axis) => axis !== 0);
  const x = c.value(node.input[0]!);
  return axes.length === 0 ? x : c.graph.node('Squeeze', [x, c.graph.integers(axes)]);
}

function pack(node: TfjsNode, c: TfjsConversion): string {
  const axis = integer(node, 'axis');
  const parts = node.input.map((input) =>
    c.graph.node('Unsqueeze', [c.value(input), c.graph.integers([axis])]),
  );
  return c.graph.node('Concat', parts, { axis });
}

/** End of a slice that reaches to the last element. */
const TO_THE_END = 2 ** 31 - 1;

function stridedSlice(node: TfjsNode, c: TfjsConversion): string {
  if (integer(node, 'ellipsis_mask') !== 0 || integer(node, 'new_axis_mask') !== 0) {
    throw new TypeError(`${node.name}: no rule for ellipsis or new axes`);
  }
  const [begin, end, strides] = [1, 2, 3].map((i) => [...c.weight(node.input[i]!).data]) as [
    number[],
    number[],
    number[],
  ];
  const has = (mask: string, axis: number): boolean => ((integer(node, mask) >> axis) & 1) === 1;
  const axes = begin.map((_, axis) => axis);
  const starts = begin.map((value, axis) => (has('begin_mask', axis) ? 0 : value));
  const ends = end.map((value, axis) => {
    if (has('shrink_axis_mask', axis)) return begin[axis] === -1 ? TO_THE_END : begin[axis]! + 1;
    return has('end_mask', axis) ? TO_THE_END : value;
  });
  const constants = [starts, ends, axes, strides].map((values) => c.graph.integers(values));
  const slice = c.graph.node('Slice', [c.value(node.input[0]!), ...constants]);
  const shrunk = axes.filter((axis) => has('shrink_axis_mask', axis));
  return shrunk.length === 0 ? slice : c.graph.node('Squeeze', [slice, c.graph.integers(shrunk)]);
}

function resizeBilinear(node: TfjsNode, c: TfjsConversion): string {
  const x = toChannelsFirst(c.graph, c.value(node.input[0]!));
  const channels = c.graph.node('Slice', [
    c.graph.node('Shape', [x]),
    c.graph.integers([0]),
    c.graph.integers([2]),
  ]);
  const size = c.graph.node('Concat', [channels, c.value(node.input[1]!)], { axis: 0 });
  const transformation = node.attr.align_corners?.b
    ? 'align_corners'
    : node.attr.half_pixel_centers?.b
      ? 'half_pixel'
      : 'asymmetric';
  const y = c.graph.node('Resize', [x, '', '', size], {
    mode: 'linear',
    coordinate_transformation_mode: transformation,
  });
  return toChannelsLast(c.graph, y);
}
