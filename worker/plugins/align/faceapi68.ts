import { z } from 'zod';
import { itemFloats } from '../../engine/tensor.ts';
import { fillPlanar } from '../fill.ts';
import type { AlignerPlugin } from '../plugin.ts';
import { regionCrop } from './region-crop.ts';

const SIZE = 112;
const options = z.strictObject({});
type Options = z.infer<typeof options>;

/** face-api's 68-point net (vladmandic/face-api) on the square around the detector's box. */
export const plugin: AlignerPlugin<Options> = {
  role: 'align',
  name: 'faceapi68',
  summary: "face-api's 68 points, 112×112",
  model: 'faceapi68',
  batch: 32,
  vramMiB: 300,
  vramPerBatchMiB: 4,
  options,
  passes: 1,
  input: {
    name: 'input',
    width: SIZE,
    height: SIZE,
    dims: [3, SIZE, SIZE],
    fill: (image, target) => fillPlanar(image, target, 0, 1),
  },
  crop(region) {
    const side = Math.max(region.w, region.h);
    return regionCrop(region, side, side, SIZE);
  },
  decode(outputs, item) {
    const relative = itemFloats(outputs, 'landmarks', item);
    return { points: Float64Array.from(relative, (value) => value * SIZE), presence: null };
  },
  toLandmarks68: (points) => points,
  accepts: () => true,
};
