import { composeMatrix, scaling } from './matrix.ts';
import { roundHalfEven } from './round.ts';
import type { Matrix } from './types.ts';

/** Margin around the normalised unit square, as a share of the crop's side. */
const MARGIN = 0.15;
/** Further margin on each side, for plugins that look at more than the crop. */
const EXPANSION = 0.05;

/** A crop for a second pass of an aligner over a face whose landmarks are known: upright, with room around it. */
export interface RealignCrop {
  /** Side of the crop, pixels. */
  readonly sizePx: number;
  /** Where the aligner's own input begins in it, pixels from the left and from the top. */
  readonly marginPx: number;
  /** Frame pixels → crop pixels. */
  readonly matrix: Matrix;
}

/**
 * The crop that faceswap (since 2026) makes for the second pass of an aligner.
 * @param legacyMatrix frame pixels → normalised space, by the first pass's landmarks
 * @param inputPx side of the aligner's input
 */
export function realignCrop(legacyMatrix: Matrix, inputPx: number): RealignCrop {
  const sizePx = roundHalfEven(inputPx * (1 + 2 * EXPANSION));
  const marginPx = (sizePx - inputPx) / 2;
  const placed = scaling(
    (1 - 2 * MARGIN) * inputPx,
    MARGIN * inputPx + marginPx,
    MARGIN * inputPx + marginPx,
  );
  return { sizePx, marginPx, matrix: composeMatrix(placed, legacyMatrix) };
}
