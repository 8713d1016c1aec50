import { z } from 'zod';
import { itemFloats } from '../../engine/tensor.ts';
import { fillInterleaved } from '../fill.ts';
import type { NetworkMaskerPlugin } from '../plugin.ts';

const SIZE = 256;
const CLASSES = 6;
const HAIR = 1;
const FACE_SKIN = 3;

const options = z.strictObject({
  includeHair: z.boolean().default(false).describe('count hair as face'),
});
type Options = z.infer<typeof options>;

/** MediaPipe's selfie multiclass segmenter: background, hair, body skin, face skin, clothes, other. */
export const plugin: NetworkMaskerPlugin<Options> = {
  role: 'mask',
  kind: 'network',
  name: 'multiclass',
  summary: 'face skin by network; the default network mask',
  model: 'multiclass',
  batch: 8,
  vramMiB: 700,
  vramPerBatchMiB: 40,
  options,
  centering: 'head',
  input: {
    name: 'input_29',
    width: SIZE,
    height: SIZE,
    dims: [SIZE, SIZE, 3],
    fill: (image, target) => fillInterleaved(image, target, 127.5, 1 / 127.5),
  },
  decode(outputs, item, { includeHair }) {
    const [name] = Object.keys(outputs);
    const scores = itemFloats(outputs, name ?? '', item);
    const mask = new Uint8Array(SIZE * SIZE);
    for (let i = 0, s = 0; i < mask.length; i++, s += CLASSES) {
      let best = 0;
      for (let k = 1; k < CLASSES; k++)
        if ((scores[s + k] as number) > (scores[s + best] as number)) best = k;
      if (best === FACE_SKIN || (includeHair && best === HAIR)) mask[i] = 255;
    }
    return mask;
  },
};
