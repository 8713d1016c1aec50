import { z } from 'zod';
import { itemFloats } from '../../engine/tensor.ts';
import { nms } from '../../vision/nms.ts';
import { fillInterleaved } from '../fill.ts';
import type { Detection, DetectorPlugin } from '../plugin.ts';

const SIZE = 192;
/** One anchor in the middle of every 4×4 cell (MediaPipe's face_detection_full_range options). */
const GRID = 48;
const VALUES_PER_ANCHOR = 16;

const options = z.strictObject({
  confidence: z.number().min(0).max(1).default(0.6).describe('lowest score of a face'),
  nmsIou: z.number().min(0).max(1).default(0.3).describe('boxes that overlap more are one face'),
});
type Options = z.infer<typeof options>;

/** BlazeFace full-range (MediaPipe face_detection). */
export const plugin: DetectorPlugin<Options> = {
  role: 'detect',
  name: 'blazeface',
  summary: 'fewest false hits, 192×192',
  model: 'blazeface',
  batch: 16,
  vramMiB: 400,
  vramPerBatchMiB: 16,
  options,
  input: () => ({
    name: 'input',
    width: SIZE,
    height: SIZE,
    dims: [SIZE, SIZE, 3],
    fill: (image, target) => fillInterleaved(image, target, 127.5, 1 / 127.5),
  }),
  decode(outputs, item, { confidence, nmsIou }) {
    const logits = itemFloats(outputs, 'reshaped_classifier_face_4', item);
    const deltas = itemFloats(outputs, 'reshaped_regressor_face_4', item);
    const lowest = Math.log(confidence / (1 - confidence));
    const candidates: Detection[] = [];
    for (let i = 0; i < logits.length; i++) {
      const logit = logits[i] as number;
      if (logit < lowest) continue;
      const [dx, dy, w, h] = deltas.subarray(i * VALUES_PER_ANCHOR) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const cx = (((i % GRID) + 0.5) / GRID) * SIZE + dx;
      const cy = ((Math.floor(i / GRID) + 0.5) / GRID) * SIZE + dy;
      candidates.push({ box: { x: cx - w / 2, y: cy - h / 2, w, h }, score: 1 / (1 + Math.exp(-logit)) });
    }
    return nms(candidates, nmsIou);
  },
};
