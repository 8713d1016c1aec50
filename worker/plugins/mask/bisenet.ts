import { z } from 'zod';
import { fillInterleaved } from '../fill.ts';
import type { NetworkMaskerPlugin } from '../plugin.ts';

const SIZE = 256;
/** CelebAMask-HQ labels: skin, brows, eyes, nose, mouth, lips. */
const FACE_LABELS = [1, 2, 3, 4, 5, 10, 11, 12, 13];
const GLASSES = 6;
const EARS = [7, 8, 9];
const HAIR = 17;

const options = z.strictObject({
  includeGlasses: z.boolean().default(true).describe('count glasses as face'),
  includeEars: z.boolean().default(false).describe('count ears as face'),
  includeHair: z.boolean().default(false).describe('count hair as face'),
});
type Options = z.infer<typeof options>;

/** BiSeNetV2 trained on CelebAMask-HQ (19 labels); its training data is for non-commercial use. */
export const plugin: NetworkMaskerPlugin<Options> = {
  role: 'mask',
  kind: 'network',
  name: 'bisenet',
  summary: 'most exact face mask; weights from non-commercial data',
  model: 'bisenet',
  batch: 8,
  vramMiB: 700,
  vramPerBatchMiB: 60,
  options,
  centering: 'head',
  input: {
    name: 'input_tensor',
    width: SIZE,
    height: SIZE,
    dims: [SIZE, SIZE, 3],
    fill: (image, target) => fillInterleaved(image, target, 127.5, 1 / 127.5),
  },
  decode(outputs, item, { includeGlasses, includeEars, includeHair }) {
    const [tensor] = Object.values(outputs);
    if (tensor === undefined || tensor.data.length % (SIZE * SIZE) !== 0) {
      throw new TypeError(`bisenet gave ${tensor?.data.length ?? 'no'} labels`);
    }
    const wanted = new Uint8Array(256);
    for (const label of FACE_LABELS) wanted[label] = 255;
    if (includeGlasses) wanted[GLASSES] = 255;
    if (includeEars) for (const label of EARS) wanted[label] = 255;
    if (includeHair) wanted[HAIR] = 255;
    const mask = new Uint8Array(SIZE * SIZE);
    const start = item * mask.length;
    for (let i = 0; i < mask.length; i++) mask[i] = wanted[Number(tensor.data[start + i])] as number;
    return mask;
  },
};
