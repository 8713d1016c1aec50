import type { FaceAlignment } from './alignment.ts';
import { invert, transformPoint } from './matrix.ts';
import { roundHalfEven } from './round.ts';
import type { Centering, Matrix, Point } from './types.ts';

/** What part of a frame a face crop shows. */
export interface CropSpec {
  readonly centering: Centering;
  /** Edge length of the square crop. */
  readonly sizePx: number;
  /** How much of the full crop is shown, 0 (exclusive) to 1. Default 1. */
  readonly coverage?: number;
  /** Moves the crop's content down by this share of normalised space. Default 0. */
  readonly yOffset?: number;
}

/** The share of a full crop that is margin around the normalised unit square. */
export const EXTRACT_RATIO: Readonly<Record<Centering, number>> = { legacy: 0.375, face: 0.5, head: 0.625 };

/** Pixels between the edge of a crop and the normalised unit square. Can be negative when the coverage is low. */
export function cropPadding(centering: Centering, sizePx: number, coverage = 1): number {
  return roundHalfEven((sizePx * (EXTRACT_RATIO[centering] + coverage - 1)) / (2 * coverage));
}

/**
 * The map from frame pixels to crop pixels.
 * @throws RangeError when size or coverage are not positive, or so low that nothing is left
 */
export function cropMatrix(
  alignment: Pick<FaceAlignment, 'legacyMatrix' | 'offsets'>,
  { centering, sizePx, coverage = 1, yOffset = 0 }: CropSpec,
): Matrix {
  if (!(sizePx > 0) || !(coverage > 0)) {
    throw new RangeError(`a crop needs a positive size and coverage: ${sizePx}, ${coverage}`);
  }
  const padding = cropPadding(centering, sizePx, coverage);
  const scale = sizePx - 2 * padding;
  if (!(scale > 0)) throw new RangeError(`a ${centering} crop of ${sizePx} px holds no face`);
  const [a, b, tx, c, d, ty] = alignment.legacyMatrix;
  const [ox, oy] = alignment.offsets[centering];
  return [
    a * scale,
    b * scale,
    (tx - ox) * scale + padding,
    c * scale,
    d * scale,
    (ty - oy + yOffset) * scale + padding,
  ];
}

/** The crop's corners in whole frame pixels: top left, bottom left, bottom right, top right of the crop. */
export function cropRoi(matrix: Matrix, sizePx: number): readonly [Point, Point, Point, Point] {
  const toFrame = invert(matrix);
  const last = sizePx - 1;
  const corner = (x: number, y: number): Point => {
    const [fx, fy] = transformPoint(toFrame, [x, y]);
    return [roundHalfEven(fx), roundHalfEven(fy)];
  };
  return [corner(0, 0), corner(0, last), corner(last, last), corner(last, 0)];
}
