import type { Landmarks, Matrix, Point } from './types.ts';

/** The map that leaves every point where it is. */
export const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0];

/** A map that scales both axes by `factor` and then moves by (`tx`, `ty`). */
export function scaling(factor: number, tx = 0, ty = 0): Matrix {
  return [factor, 0, tx, 0, factor, ty];
}

/** The map that applies `inner` first and `outer` to its result. */
export function composeMatrix(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, tx, c, d, ty] = outer;
  const [e, f, ux, g, h, uy] = inner;
  return [
    a * e + b * g,
    a * f + b * h,
    a * ux + b * uy + tx,
    c * e + d * g,
    c * f + d * h,
    c * ux + d * uy + ty,
  ];
}

/**
 * The map that undoes `matrix`.
 * @throws RangeError when the matrix is singular or not finite
 */
export function invertMatrix(matrix: Matrix): Matrix {
  const [a, b, tx, c, d, ty] = matrix;
  const det = a * d - b * c;
  if (det === 0 || !Number.isFinite(1 / det) || !Number.isFinite(tx) || !Number.isFinite(ty)) {
    throw new RangeError(`the matrix [${matrix.join(', ')}] cannot be inverted`);
  }
  const ia = d / det;
  const ib = -b / det;
  const ic = -c / det;
  const id = a / det;
  return [ia, ib, -(ia * tx + ib * ty), ic, id, -(ic * tx + id * ty)];
}

/** Where `matrix` takes one point. */
export function applyMatrix([a, b, tx, c, d, ty]: Matrix, x: number, y: number): Point {
  return [a * x + b * y + tx, c * x + d * y + ty];
}

/**
 * Where `matrix` takes flat points `[x0, y0, …]`.
 * @param out receives the result, may be `points` itself
 */
export function transformPoints(
  matrix: Matrix,
  points: Landmarks,
  out: Landmarks = new Float64Array(points.length),
): Landmarks {
  const [a, b, tx, c, d, ty] = matrix;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i]!;
    const y = points[i + 1]!;
    out[i] = a * x + b * y + tx;
    out[i + 1] = c * x + d * y + ty;
  }
  return out;
}

/** C's FLT_EPSILON. */
const SINGLE_EPSILON = 2 ** -23;

/**
 * `transformPoints` in single precision, with the operations of OpenCV's `transform` on a machine that multiplies and adds
 * in one step. A turn that is smaller than single precision's epsilon is left out, as there: for an upright face that fills
 * a large frame it makes a tenth of a pixel.
 */
export function transformPointsSingle(matrix: Matrix, points: Landmarks): Landmarks {
  const f = Math.fround;
  const [a, b, tx, c, d, ty] = matrix.map(f) as unknown as [number, number, number, number, number, number];
  if (Math.abs(b) <= SINGLE_EPSILON && Math.abs(c) <= SINGLE_EPSILON)
    return points.map((value, i) => (i % 2 === 0 ? f(a * f(value) + tx) : f(d * f(value) + ty)));
  return points.map((_, i) => {
    const [x, y] = [f(points[i & ~1]!), f(points[i | 1]!)];
    return i % 2 === 0 ? f(f(a * x + f(b * y)) + tx) : f(f(c * x + f(d * y)) + ty);
  });
}

/** Mean length that a unit step in the source has after `matrix`: the square root of the absolute determinant. */
export function matrixScale([a, b, , c, d]: Matrix): number {
  return Math.sqrt(Math.abs(a * d - b * c));
}
