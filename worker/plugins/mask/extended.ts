import { z } from 'zod';
import { landmarkMask } from '../../vision/landmark-mask.ts';
import type { LandmarkMaskerPlugin } from '../plugin.ts';

const options = z.strictObject({});

/** The face's area from its 68 landmarks, with the brows moved up the forehead. */
export const plugin: LandmarkMaskerPlugin<z.infer<typeof options>> = {
  role: 'mask',
  kind: 'landmarks',
  name: 'extended',
  summary: 'from landmarks, with part of the forehead; no model',
  model: null,
  batch: 1,
  vramMiB: 0,
  vramPerBatchMiB: 0,
  options,
  centering: 'face',
  draw: (landmarks, sizePx) => landmarkMask('extended', landmarks, sizePx),
};
