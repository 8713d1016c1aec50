import type { Landmarks, Matrix } from './types.ts';

/** Rounds to the precision that is counted in. */
type Round = (value: number) => number;

function mean(values: readonly number[], round: Round): number {
  return round(values.reduce((sum, value) => round(sum + value), 0) / values.length);
}

function variance(values: readonly number[], round: Round): number {
  const middle = mean(values, round);
  const squares = values.map((value) => round(value - middle)).map((value) => round(value * value));
  return mean(squares, round);
}

const axis = (points: Landmarks, first: 0 | 1): number[] => [...points].filter((_, i) => i % 2 === first);

/**
 * The similarity (rotation, uniform scale, translation; never a reflection) that maps `source` onto `target` with the
 * least squared error: S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
 * IEEE PAMI 13(4), 1991. In two dimensions its singular value decomposition has a closed form: with the cross-covariance A,
 * the best rotation has the direction of (A00 + A11, A10 − A01), and trace(S·D) is that vector's length.
 *
 * @param source flat points `[x0, y0, …]`, any unit
 * @param target as many flat points
 * @param round `Math.fround` counts the source in single precision, in NumPy's order, as faceswap does: the matrices are then
 * equal to faceswap's to the last digits, and not only within a hundred thousandth of a pixel, which can tip a rounding
 * @throws RangeError when the counts differ, a coordinate is not finite, or the source points all coincide or overflow
 */
export function umeyama(source: Landmarks, target: Landmarks, round: Round = (value) => value): Matrix {
  if (source.length !== target.length || source.length < 4) {
    throw new RangeError(
      `umeyama needs equal counts of points, at least 2: ${source.length / 2}, ${target.length / 2}`,
    );
  }
  const count = source.length / 2;
  const [xs, ys] = ([0, 1] as const).map((first) => axis(source, first).map(round)) as [number[], number[]];
  const [us, vs] = [axis(target, 0), axis(target, 1)];
  const sx = mean(xs, round);
  const sy = mean(ys, round);
  const tx = mean(us, (value) => value);
  const ty = mean(vs, (value) => value);
  const dx = xs.map((x) => round(x - sx));
  const dy = ys.map((y) => round(y - sy));
  let along = 0;
  let across = 0;
  for (let i = 0; i < count; i++) {
    const u = us[i]! - tx;
    const v = vs[i]! - ty;
    along += u * dx[i]! + v * dy[i]!;
    across += v * dx[i]! - u * dy[i]!;
  }
  const spread = round(variance(dx, round) + variance(dy, round)) * count;
  const a = along / spread;
  const c = across / spread;
  const matrix: Matrix = [a, -c, tx - (a * sx - c * sy), c, a, ty - (c * sx + a * sy)];
  if (!matrix.every(Number.isFinite)) {
    throw new RangeError('umeyama needs finite points that do not all coincide or lie too far away');
  }
  return matrix;
}
