const MAX_SWEEPS = 60;

/** Eigenvalues of a symmetric matrix and their vectors of unit length, in no particular order. */
export interface Eigen {
  readonly values: Float64Array;
  /** n × n, row-major; row i belongs to value i. */
  readonly vectors: Float64Array;
}

/**
 * Diagonalises a symmetric matrix by Jacobi's rotations, row by row.
 * @param matrix n × n, row-major
 * @returns not finite when the matrix is not
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotated = annihilate(a, vectors, n, p, q) || rotated;
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors };
}

/** Turns axes p and q so that a[p][q] vanishes. @returns false when it is as good as zero already */
function annihilate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): boolean {
  const off = a[p * n + q]!;
  const first = a[p * n + p]!;
  const last = a[q * n + q]!;
  const small = Number.EPSILON * Math.sqrt(Math.abs(first * last));
  if (!(Math.abs(off) > small)) return false;
  const ratio = (last - first) / (2 * off);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
  const cos = 1 / Math.sqrt(1 + tangent * tangent);
  const sin = tangent * cos;
  for (let k = 0; k < n; k++) turnPair(a, k * n + p, k * n + q, cos, sin);
  for (let k = 0; k < n; k++) {
    turnPair(a, p * n + k, q * n + k, cos, sin);
    turnPair(vectors, p * n + k, q * n + k, cos, sin);
  }
  return true;
}

function turnPair(values: Float64Array, first: number, second: number, cos: number, sin: number): void {
  const one = values[first]!;
  const two = values[second]!;
  values[first] = cos * one - sin * two;
  values[second] = sin * one + cos * two;
}
