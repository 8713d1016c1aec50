import { z } from 'zod';
import { itemFloats } from '../../engine/tensor.ts';
import { nms } from '../../vision/nms.ts';
import { fillPlanar } from '../fill.ts';
import type { Detection, DetectorPlugin } from '../plugin.ts';

const WIDTH = 320;
const HEIGHT = 240;

const options = z.strictObject({
  confidence: z.number().min(0).max(1).default(0.7).describe('lowest score of a face'),
  nmsIou: z.number().min(0).max(1).default(0.4).describe('boxes that overlap more are one face'),
});
type Options = z.infer<typeof options>;

/** UltraFace version-RFB-320 (Linzaer, Ultra-Light-Fast-Generic-Face-Detector-1MB). */
export const plugin: DetectorPlugin<Options> = {
  role: 'detect',
  name: 'ultraface',
  summary: 'fast and light, 320×240; the default',
  model: 'ultraface',
  batch: 16,
  vramMiB: 400,
  vramPerBatchMiB: 16,
  options,
  input: () => ({
    name: 'input',
    width: WIDTH,
    height: HEIGHT,
    dims: [3, HEIGHT, WIDTH],
    fill: (image, target) => fillPlanar(image, target, 127, 1 / 128),
  }),
  decode(outputs, item, { confidence, nmsIou }) {
    const scores = itemFloats(outputs, 'scores', item);
    const boxes = itemFloats(outputs, 'boxes', item);
    const candidates: Detection[] = [];
    for (let i = 0; i < scores.length / 2; i++) {
      const score = scores[2 * i + 1] as number;
      if (score < confidence) continue;
      const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const box = { x: x1 * WIDTH, y: y1 * HEIGHT, w: (x2 - x1) * WIDTH, h: (y2 - y1) * HEIGHT };
      candidates.push({ box, score });
    }
    return nms(candidates, nmsIou);
  },
};
