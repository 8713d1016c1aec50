import type { CameraPose } from './camera.ts';
import { FOCAL_LENGTH } from './camera.ts';
import { MEAN_FACE_3D_26 } from './mean-face.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

const COUNT = MEAN_FACE_3D_26.length / 3;
/** Unknowns: the rows of a 3 × 4 projection. */
const N = 12;

/**
 * The direct linear solution for the pose of the mean head: the 3 × 4 projection with the least algebraic error, brought to
 * the nearest rotation (Hartley and Zisserman, "Multiple View Geometry", 7.1). OpenCV's `solvePnP` starts with it.
 * @param seen where its 26 points are in normalised space, flat
 * @returns null when the points determine none, as when they all coincide
 */
export function linearPose(seen: Float64Array): CameraPose | null {
  const { values, vectors } = symmetricEigen(normalEquations(seen), N);
  const least = values.indexOf(Math.min(...values));
  const p = vectors.slice(least * N, least * N + N);
  const square = new Float64Array([p[0]!, p[1]!, p[2]!, p[4]!, p[5]!, p[6]!, p[8]!, p[9]!, p[10]!]);
  const sign = determinant(square) < 0 ? -1 : 1;
  const turned = square.map((value) => sign * value);
  const rotation = nearestRotation(turned);
  const scale = (sign * Math.sqrt(3)) / Math.hypot(...turned);
  const translation = [p[3]! * scale, p[7]! * scale, p[11]! * scale] as const;
  return rotation.every(Number.isFinite) && translation.every(Number.isFinite)
    ? { rotation, translation }
    : null;
}

/** LᵀL of the equations L·p = 0 that each point gives two of. */
function normalEquations(seen: Float64Array): Float64Array {
  const sum = new Float64Array(N * N);
  const row = new Float64Array(N);
  for (let i = 0; i < COUNT; i++) {
    for (let axis = 0; axis < 2; axis++) {
      const place = (seen[2 * i + axis]! - 0.5) / FOCAL_LENGTH;
      row.fill(0);
      for (let k = 0; k < 4; k++) {
        const value = k < 3 ? MEAN_FACE_3D_26[3 * i + k]! : 1;
        row[4 * axis + k] = value;
        row[8 + k] = -place * value;
      }
      for (let j = 0; j < N; j++) for (let k = 0; k < N; k++) sum[j * N + k]! += row[j]! * row[k]!;
    }
  }
  return sum;
}

function determinant([a, b, c, d, e, f, g, h, i]: Float64Array): number {
  return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!);
}

/** M·(MᵀM)^−½ of a 3 × 3 matrix with a positive determinant. */
function nearestRotation(m: Float64Array): Float64Array {
  const product = (a: Float64Array, b: Float64Array, at: (row: number, k: number) => number) =>
    Float64Array.from({ length: 9 }, (_, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      return [0, 1, 2].reduce((sum, k) => sum + a[at(row, k)]! * b[3 * k + column]!, 0);
    });
  const { values, vectors } = symmetricEigen(
    product(m, m, (row, k) => 3 * k + row),
    3,
  );
  const root = Float64Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return [0, 1, 2].reduce(
      (sum, k) => sum + (vectors[3 * k + row]! * vectors[3 * k + column]!) / Math.sqrt(values[k]!),
      0,
    );
  });
  return product(m, root, (row, k) => 3 * row + k);
}
