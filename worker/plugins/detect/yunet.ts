import { z } from 'zod';
import { itemFloats } from '../../engine/tensor.ts';
import { nms } from '../../vision/nms.ts';
import { fillPlanar } from '../fill.ts';
import type { Detection, DetectorPlugin } from '../plugin.ts';

const STRIDES = [8, 16, 32] as const;

const options = z.strictObject({
  sizePx: z
    .number()
    .int()
    .min(160)
    .max(1920)
    .multipleOf(32)
    .default(640)
    .describe('side of the square input'),
  confidence: z.number().min(0).max(1).default(0.7).describe('lowest score of a face'),
  nmsIou: z.number().min(0).max(1).default(0.3).describe('boxes that overlap more are one face'),
});
type Options = z.infer<typeof options>;

/** YuNet-n (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector"); decoding as in OpenCV's FaceDetectorYN. */
export const plugin: DetectorPlugin<Options> = {
  role: 'detect',
  name: 'yunet',
  summary: 'best on small faces, any input size',
  model: 'yunet',
  batch: 8,
  vramMiB: 500,
  vramPerBatchMiB: 60,
  options,
  input: ({ sizePx }) => ({
    name: 'input',
    width: sizePx,
    height: sizePx,
    dims: [3, sizePx, sizePx],
    fill: (image, target) => fillPlanar(image, target, 0, 1, [2, 1, 0]),
  }),
  decode(outputs, item, { sizePx, confidence, nmsIou }) {
    const candidates: Detection[] = [];
    for (const stride of STRIDES) {
      const columns = sizePx / stride;
      const classes = itemFloats(outputs, `cls_${stride}`, item);
      const objects = itemFloats(outputs, `obj_${stride}`, item);
      const boxes = itemFloats(outputs, `bbox_${stride}`, item);
      for (let i = 0; i < classes.length; i++) {
        const score = Math.sqrt(unit(classes[i] as number) * unit(objects[i] as number));
        if (score < confidence) continue;
        const [dx, dy, dw, dh] = boxes.subarray(4 * i, 4 * i + 4) as unknown as [
          number,
          number,
          number,
          number,
        ];
        const w = Math.exp(dw) * stride;
        const h = Math.exp(dh) * stride;
        const cx = ((i % columns) + dx) * stride;
        const cy = (Math.floor(i / columns) + dy) * stride;
        candidates.push({ box: { x: cx - w / 2, y: cy - h / 2, w, h }, score });
      }
    }
    return nms(candidates, nmsIou);
  },
};

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
