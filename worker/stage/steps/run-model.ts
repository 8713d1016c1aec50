import type { Session } from '../../engine/session.ts';
import type { Tensors } from '../../engine/tensor.ts';
import { floatTensor } from '../../engine/tensor.ts';
import type { ModelInput } from '../../plugins/plugin.ts';
import type { RgbImage } from '../../vision/types.ts';
import { scratch } from '../scratch.ts';

/**
 * Runs a model over model-size images in one batch and gives `decode` each item's outputs. A short batch is filled up with zeros:
 * kernels are chosen by the batch's size, so an item's numbers do not depend on how many others came with it.
 */
export async function runModel<T>(
  session: Session,
  input: ModelInput,
  images: readonly RgbImage[],
  batch: number,
  decode: (outputs: Tensors, item: number) => T,
): Promise<T[]> {
  const perItem = input.dims.reduce((product, dim) => product * dim, 1);
  const items = Math.max(batch, images.length);
  const data = scratch.takeFloats(perItem * items);
  data.fill(0, perItem * images.length);
  images.forEach((image, i) => {
    input.fill(image, data.subarray(i * perItem, (i + 1) * perItem));
  });
  const outputs = await session.run({ [input.name]: floatTensor(data, [items, ...input.dims]) });
  scratch.giveFloats(data);
  return images.map((_, i) => decode(outputs, i));
}
