import sharp from 'sharp';
import { alignFace, cropMatrix } from '../../vision/alignment.ts';
import { drawLandmarks } from '../../vision/draw.ts';
import type { Matrix, RgbImage } from '../../vision/types.ts';
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

/** zlib's usual level; photos gain little from adaptive filtering. */
const PNG = { compressionLevel: 6, adaptiveFiltering: false } as const;

/** The head-centred crop of a face as PNG bytes. */
export async function crop(face: AlignedFaceInFrame, options: CropOptions): Promise<Uint8Array> {
  const image = cropPixels(face, options);
  const { width, height, data } = image;
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png(PNG)
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
    interpolation: enlarges(matrix) ? 'cubic' : 'linear',
    border: 'zero',
    out: scratch.takeBytes(sizePx * sizePx * 3),
  });
  if (debugLandmarks) drawLandmarks(image, face.landmarks, matrix);
  return image;
}

/** Cubic when enlarging, linear when shrinking, as OpenCV's users of similarity warps do. */
function enlarges(matrix: Matrix): boolean {
  return Math.abs(matrix[0] * matrix[4] - matrix[1] * matrix[3]) >= 1;
}
