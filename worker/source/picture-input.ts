import type { Frame } from 'node-av/lib';
import { asFacefleetError, FacefleetError } from '../errors/facefleet-error.ts';
import type { Limits } from './limits.ts';
import type { PictureConverter } from './picture-converter.ts';
import type { FrameInput } from './source.ts';

/** The pixels of a decoded picture, or why there are none: FF1001, FF1003. */
export async function pictureInput(
  picture: Frame,
  converter: PictureConverter,
  limits: Pick<Limits, 'maxPixels'>,
): Promise<FrameInput> {
  try {
    const { width, height } = picture;
    if (width * height > limits.maxPixels)
      throw new FacefleetError('FF1003', `${width}×${height}, the limit is ${limits.maxPixels} pixels`);
    return { kind: 'pixels', image: await converter.convert(picture) };
  } catch (thrown) {
    return { kind: 'failure', error: asFacefleetError(thrown, 'FF1001', 'video frame') };
  }
}
