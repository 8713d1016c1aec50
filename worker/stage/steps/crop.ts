import sharp from 'sharp';
import { alignFace, cropMatrix } from '../../vision/alignment.ts';
import { drawLandmarks } from '../../vision/draw.ts';
import type { RgbImage } from '../../vision/types.ts';
import { warpAffine } from '../../vision/warp.ts';
import { scratch } from '../scratch.ts';
import type { AlignedFaceInFrame } from './mask.ts';
import { wholeImage } from './whole-image.ts';

export interface CropOptions {
  /** Side of the square crop, pixels. */
  readonly sizePx: number;
  /** Draw landmarks and the face box over the crop. */
  readonly debugLandmarks: boolean;
}

/**
 * Rows are predicted from their neighbours, then packed quickly: as fast as zlib's usual level without prediction, and 44 % smaller (309 instead of
 * 548 KB for 512 px; the usual level with prediction: 283 KB in twice the time).
 */
export const CROP_PNG = { compressionLevel: 2, adaptiveFiltering: true } as const;

/** The head-centred crop of a face as PNG bytes. */
export async function crop(face: AlignedFaceInFrame, options: CropOptions): Promise<Uint8Array> {
  const image = cropPixels(face, options);
  const { width, height, data } = image;
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png(CROP_PNG)
    .toBuffer();
  scratch.giveBytes(data);
  return png;
}

function cropPixels(face: AlignedFaceInFrame, { sizePx, debugLandmarks }: CropOptions): RgbImage {
  const matrix = face.imageIsAligned
    ? wholeImage(face.image, sizePx)
    : cropMatrix(alignFace(face.landmarks), { centering: 'head', sizePx });
  const image = warpAffine(face.image, matrix, {
    width: sizePx,
    height: sizePx,
    // enlarged too: so that crops equal those of faceswap's extract
    interpolation: 'linear',
    border: 'zero',
    out: scratch.takeBytes(sizePx * sizePx * 3),
  });
  if (debugLandmarks) drawLandmarks(image, face.landmarks, matrix);
  return image;
}
