import { checkGray, type GrayImage } from './gray-image.ts';
import { composeMatrix, invertMatrix, matrixScale, scaling } from './matrix.ts';
import { resizeAreaGray } from './resize.ts';
import { resizeLinearGray } from './resize-linear-gray.ts';
import type { Matrix } from './types.ts';
import { warpGray } from './warp-gray.ts';

/** A mask as it is kept with a face, before compression. */
export interface StoredMaskPixels {
  /** storedPx × storedPx levels, row-major. */
  readonly pixels: Uint8Array;
  /** Frame pixels → stored mask pixels. */
  readonly matrix: Matrix;
  /** OpenCV's code of the interpolation that suits the way back to the frame. */
  readonly interpolator: number;
}

const INTER_LINEAR = 1;
const INTER_AREA = 3;

/**
 * Brings a mask to the size it is stored at.
 * @param pixels sizePx × sizePx levels
 * @param matrix frame pixels → pixels of that mask
 * @throws RangeError when the length of `pixels` is wrong
 */
export function storeMask(
  pixels: Uint8Array,
  sizePx: number,
  matrix: Matrix,
  storedPx: number,
): StoredMaskPixels {
  const mask: GrayImage = { width: sizePx, height: sizePx, data: pixels };
  checkGray(mask);
  const resize = storedPx < sizePx ? resizeAreaGray : resizeLinearGray;
  const stored = storedPx === sizePx ? pixels : resize(mask, storedPx, storedPx).data;
  const storedMatrix = composeMatrix(scaling(storedPx / sizePx), matrix);
  const interpolator = matrixScale(storedMatrix) < 1 ? INTER_LINEAR : INTER_AREA;
  return { pixels: stored, matrix: storedMatrix, interpolator };
}

/**
 * A stored mask as it lies in its frame; zero outside the mask.
 * @throws RangeError when the mask's matrix cannot be inverted or its length is no square
 */
export function maskInFrame(
  { pixels, matrix }: Pick<StoredMaskPixels, 'pixels' | 'matrix'>,
  frameWidth: number,
  frameHeight: number,
): GrayImage {
  const sizePx = Math.sqrt(pixels.length);
  return warpGray({ width: sizePx, height: sizePx, data: pixels }, invertMatrix(matrix), {
    width: frameWidth,
    height: frameHeight,
    interpolation: 'linear',
    border: 'zero',
  });
}
