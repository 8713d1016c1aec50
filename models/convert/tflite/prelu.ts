import { toChannelsFirst, toChannelsLast } from '../layout.ts';
import type { TfliteConversion } from './convert-tflite.ts';
import type { TfliteOperator } from './read-tflite.ts';

/**
 * PReLU with one slope a per channel, as x + (1 − a)·max(−x, 0). Both products are 1×1 depthwise convolutions: they stay in the blocked
 * layout of onnxruntime's CPU convolutions, where its own PRelu does not, and take half of the whole net's time less.
 */
export function prelu({ inputs, outputs }: TfliteOperator, c: TfliteConversion): string {
  const [input, slopeInput] = inputs as [number, number];
  const slopes = c.data(slopeInput);
  const channels = slopes.length;
  if (c.tensor(slopeInput).shape.at(-1) !== channels || c.tensor(input).shape.length !== 4) {
    throw new TypeError('PReLU needs a 4-D input and one slope for each channel');
  }
  const scaled = (x: string, factor: (slope: number) => number, name: string): string => {
    const factors = c.graph.floats(Float32Array.from(slopes, factor), [channels, 1, 1, 1], name);
    return c.graph.node('Conv', [x, factors], { kernel_shape: [1, 1], group: channels });
  };
  const x = toChannelsFirst(c.graph, c.value(input));
  const negative = c.graph.node('Relu', [scaled(x, () => -1, `minus/${channels}`)]);
  const correction = scaled(negative, (slope) => 1 - slope, `slope/${outputs[0]}`);
  return toChannelsLast(c.graph, c.graph.node('Add', [x, correction]));
}
