import { z } from 'zod';
import { itemFloats } from '../../engine/tensor.ts';
import { fillGray } from '../fill.ts';
import type { AlignerPlugin } from '../plugin.ts';
import { regionCrop } from './region-crop.ts';

const SIZE = 64;
const options = z.strictObject({});
type Options = z.infer<typeof options>;

/** A small 68-point net on the detector's box, grey 64×64; the origin of its weights is unknown. */
export const plugin: AlignerPlugin<Options> = {
  role: 'align',
  name: 'fast68',
  summary: '68 points in half a millisecond; origin of the weights unknown',
  model: 'fast68',
  batch: 32,
  vramMiB: 300,
  vramPerBatchMiB: 2,
  options,
  passes: 1,
  input: {
    name: 'input',
    width: SIZE,
    height: SIZE,
    dims: [1, SIZE, SIZE],
    fill: (image, target) => fillGray(image, target, 1 / 256),
  },
  crop: (region) => regionCrop(region, region.w, region.h, SIZE),
  decode(outputs, item) {
    const [name] = Object.keys(outputs);
    const relative = itemFloats(outputs, name ?? '', item);
    return { points: Float64Array.from(relative.subarray(0, 136), (value) => value * SIZE), presence: null };
  },
  toLandmarks68: (points) => points,
  accepts: () => true,
};
