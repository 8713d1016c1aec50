import { z } from 'zod';
import { landmarkMask } from '../../vision/landmark-mask.ts';
import type { LandmarkMaskerPlugin } from '../plugin.ts';

const options = z.strictObject({});

/** The face's area from its 68 landmarks. */
export const plugin: LandmarkMaskerPlugin<z.infer<typeof options>> = {
  role: 'mask',
  kind: 'landmarks',
  name: 'components',
  summary: 'from landmarks, brows to chin; no model',
  model: null,
  batch: 1,
  vramMiB: 0,
  vramPerBatchMiB: 0,
  options,
  centering: 'face',
  draw: (landmarks, sizePx) => landmarkMask('components', landmarks, sizePx),
};
