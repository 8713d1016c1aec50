import { EXTRACT_RATIO, type FaceAlignment } from './alignment.ts';
import type { GrayImage } from './gray-image.ts';
import { resizeArea, resizeCubic } from './resize.ts';
import { roundHalfEven } from './round.ts';
import type { Centering, RgbImage } from './types.ts';

/** Which crop is cut out of which. */
export interface SubCropSpec {
  /** Centering of the image at hand; `head` is the only one that holds the others whole. */
  readonly from: Centering;
  readonly to: Centering;
  readonly coverage?: number;
  /** Moves the content down by this share of normalised space (masks only). */
  readonly yOffset?: number;
}

const even = (value: number) => 2 * roundHalfEven(value / 2);

/** The side of the part of a crop that shows another centering, in the crop's pixels: an even number, or all of the crop. */
export function subCropSize(sizePx: number, { from, to, coverage = 1 }: SubCropSpec): number {
  if (from === to && coverage === 1) return sizePx;
  return even(((sizePx - sizePx * EXTRACT_RATIO[from]) / (1 - EXTRACT_RATIO[to])) * coverage);
}

/** The side of the normalised unit square in a crop of full coverage; an even number. */
export function baseSize(sizePx: number, from: Centering): number {
  return even(sizePx * (1 - EXTRACT_RATIO[from]));
}

/**
 * Cuts the crop with another centering out of an aligned crop, without the frame; black where the crop does not reach.
 * @param sizePx side of the result
 * @throws RangeError when the image is not square
 */
export function subCrop(
  image: RgbImage,
  offsets: FaceAlignment['offsets'],
  spec: SubCropSpec,
  sizePx: number,
): RgbImage {
  const side = squareSide(image);
  const target = subCropSize(side, spec);
  const base = baseSize(side, spec.from);
  const corner = (axis: 0 | 1) =>
    roundHalfEven((offsets[spec.to][axis] - offsets[spec.from][axis]) * base + (side - target) / 2);
  const cut = cutSquare(image, 3, corner(0), corner(1), target);
  if (target === sizePx) return cut;
  return target < sizePx ? resizeCubic(cut, sizePx, sizePx) : resizeArea(cut, sizePx, sizePx);
}

/**
 * `subCrop` for a mask, in the mask's own scale: the result's side is `subCropSize`.
 * @throws RangeError when the mask is not square
 */
export function subCropMask(
  mask: GrayImage,
  offsets: FaceAlignment['offsets'],
  spec: SubCropSpec,
): GrayImage {
  const side = squareSide(mask);
  const target = subCropSize(side, spec);
  const unit = side * (1 - EXTRACT_RATIO[spec.from]);
  const shift = [0, spec.yOffset ?? 0] as const;
  const corner = (axis: 0 | 1) =>
    roundHalfEven((offsets[spec.to][axis] - offsets[spec.from][axis] - shift[axis]) * unit + side / 2) -
    Math.floor(target / 2);
  return cutSquare(mask, 1, corner(0), corner(1), target);
}

function squareSide({ width, height }: { readonly width: number; readonly height: number }): number {
  if (width !== height || width < 1) throw new RangeError(`a face crop is square, not ${width}×${height}`);
  return width;
}

function cutSquare(image: RgbImage, channels: number, left: number, top: number, side: number): RgbImage {
  const data = new Uint8Array(side * side * channels);
  const from = Math.max(0, left);
  const end = Math.min(image.width, left + side);
  for (let y = Math.max(0, -top); y < side && top + y < image.height && from < end; y++) {
    const row = (top + y) * image.width;
    const pixels = image.data.subarray((row + from) * channels, (row + end) * channels);
    data.set(pixels, (y * side + from - left) * channels);
  }
  return { width: side, height: side, data };
}
