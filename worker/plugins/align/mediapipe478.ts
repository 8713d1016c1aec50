import { z } from 'zod';
import { itemFloats } from '../../engine/tensor.ts';
import { fillInterleaved } from '../fill.ts';
import type { AlignerPlugin } from '../plugin.ts';
import { EYE_LEFT, EYE_RIGHT, mapLandmarks68 } from './landmark-map.ts';
import { regionAround, regionCrop, rollBetween } from './region-crop.ts';

const SIZE = 256;
const VERTICES = 478;
/** MediaPipe's face-landmark graph enlarges the face's square by this much. */
const ENLARGE = 1.5;

const options = z.strictObject({
  landmarkMap: z.enum(['ibug', 'clean']).default('ibug').describe('how 478 vertices become 68 points'),
  presence: z.number().min(0).max(1).default(0.3).describe('faces the model believes in less are dropped, …'),
  presenceBelowScore: z
    .number()
    .min(0)
    .max(1)
    .default(0.95)
    .describe('… but only where the detector was less sure than this (0: never)'),
});
type Options = z.infer<typeof options>;

/** MediaPipe face landmarker, 478 vertices in two passes: the box, then the roll-corrected square around the first result. */
export const plugin: AlignerPlugin<Options> = {
  role: 'align',
  name: 'mediapipe478',
  summary: '478 vertices in two passes, mapped to 68 points; the default',
  model: 'mediapipe478',
  batch: 16,
  vramMiB: 500,
  vramPerBatchMiB: 12,
  options,
  passes: 2,
  input: {
    name: 'input_12',
    width: SIZE,
    height: SIZE,
    dims: [SIZE, SIZE, 3],
    fill: (image, target) => fillInterleaved(image, target, 0, 1 / 255),
  },
  crop(region) {
    const side = Math.max(region.w, region.h) * ENLARGE;
    return regionCrop(region, side, side, SIZE);
  },
  decode(outputs, item) {
    const vertices = itemFloats(outputs, 'Identity', item);
    const logit = itemFloats(outputs, 'Identity_1', item)[0] as number;
    const points = new Float64Array(2 * VERTICES);
    for (let i = 0; i < VERTICES; i++) {
      points[2 * i] = vertices[3 * i] as number;
      points[2 * i + 1] = vertices[3 * i + 1] as number;
    }
    return { points, presence: 1 / (1 + Math.exp(-logit)) };
  },
  nextRegion: (points) => regionAround(points, rollBetween(points, EYE_LEFT, EYE_RIGHT)),
  toLandmarks68: (points, { landmarkMap }) => mapLandmarks68(points, landmarkMap),
  accepts: (presence, score, { presence: lowest, presenceBelowScore }) =>
    presence === null || presence >= lowest || score >= presenceBelowScore,
};
