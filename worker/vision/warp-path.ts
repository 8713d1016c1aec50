import { invertMatrix } from './matrix.ts';
import { roundHalfEven } from './round.ts';
import type { Matrix } from './types.ts';

/** Bits of a coordinate's fraction along a warp's path. */
const BITS = 10;

/** So far outside every image that the sum of two still fits 32 bits. */
const FAR = 2 ** 30 - 1;

/**
 * Where each output pixel of a warp reads: column steps and row origins in 1/1024 px, as (x, y) pairs; an output pixel's
 * coordinate is the sum of its column's and its row's, its whole part that sum `>> 10`, its position among 32 steps
 * `(sum >> 5) & 31`. The rounding is OpenCV's `warpAffine`.
 */
export interface WarpPath {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

/**
 * @param matrix source pixels → output pixels
 * @throws RangeError when the matrix cannot be inverted
 */
export function warpPath(matrix: Matrix, width: number, height: number): WarpPath {
  const [a, b, tx, c, d, ty] = invertMatrix(matrix);
  const one = 2 ** BITS;
  const toNearestStep = one / 32 / 2;
  const columns = new Int32Array(2 * width);
  const rows = new Int32Array(2 * height);
  for (let x = 0; x < width; x++) {
    columns[2 * x] = fixed(a * x * one);
    columns[2 * x + 1] = fixed(c * x * one);
  }
  for (let y = 0; y < height; y++) {
    rows[2 * y] = fixed((b * y + tx) * one) + toNearestStep;
    rows[2 * y + 1] = fixed((d * y + ty) * one) + toNearestStep;
  }
  return { columns, rows };
}

function fixed(value: number): number {
  return roundHalfEven(Math.max(-FAR, Math.min(FAR, value)));
}
