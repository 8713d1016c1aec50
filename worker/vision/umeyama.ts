import type { Landmarks, Matrix } from './types.ts';

/**
 * The similarity (rotation, uniform scale, translation; never a reflection) that maps `source` onto `target` with the
 * least squared error: S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
 * IEEE PAMI 13(4), 1991. In two dimensions its singular value decomposition has a closed form: with the cross-covariance A,
 * the best rotation has the direction of (A00 + A11, A10 − A01), and trace(S·D) is that vector's length.
 *
 * @param source flat points `[x0, y0, …]`, any unit
 * @param target as many flat points
 * @throws RangeError when the counts differ, a coordinate is not finite, or the source points all coincide or overflow
 */
export function umeyama(source: Landmarks, target: Landmarks): Matrix {
  if (source.length !== target.length || source.length < 4) {
    throw new RangeError(
      `umeyama needs equal counts of points, at least 2: ${source.length / 2}, ${target.length / 2}`,
    );
  }
  const count = source.length / 2;
  let sx = 0;
  let sy = 0;
  let tx = 0;
  let ty = 0;
  for (let i = 0; i < source.length; i += 2) {
    sx += source[i]!;
    sy += source[i + 1]!;
    tx += target[i]!;
    ty += target[i + 1]!;
  }
  sx /= count;
  sy /= count;
  tx /= count;
  ty /= count;
  let along = 0;
  let across = 0;
  let variance = 0;
  for (let i = 0; i < source.length; i += 2) {
    const x = source[i]! - sx;
    const y = source[i + 1]! - sy;
    const u = target[i]! - tx;
    const v = target[i + 1]! - ty;
    along += u * x + v * y;
    across += v * x - u * y;
    variance += x * x + y * y;
  }
  const a = along / variance;
  const c = across / variance;
  const matrix: Matrix = [a, -c, tx - (a * sx - c * sy), c, a, ty - (c * sx + a * sy)];
  if (!matrix.every(Number.isFinite)) {
    throw new RangeError('umeyama needs finite points that do not all coincide or lie too far away');
  }
  return matrix;
}
