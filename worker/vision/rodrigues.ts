/** Rotations by less count as none (OpenCV's `Rodrigues`). */
const LEAST_SINE = 1e-5;

/** sin(θ)/θ and (1 − cos θ)/θ² of an angle, also near zero. */
function shares(angle: number): readonly [sine: number, versine: number] {
  if (angle < 1e-8) return [1, 0.5];
  const half = Math.sin(angle / 2);
  return [Math.sin(angle) / angle, (2 * half * half) / (angle * angle)];
}

/**
 * The rotation matrix (row-major 3 × 3) of a rotation vector whose direction is the axis and whose length is the angle in
 * radians (Rodrigues' formula).
 */
export function rotationMatrix(rx: number, ry: number, rz: number): Float64Array {
  const angle = Math.hypot(rx, ry, rz);
  const [s, c] = shares(angle);
  const cos = Math.cos(angle);
  const r = new Float64Array(9);
  r[0] = cos + c * rx * rx;
  r[1] = c * rx * ry - s * rz;
  r[2] = c * rx * rz + s * ry;
  r[3] = c * ry * rx + s * rz;
  r[4] = cos + c * ry * ry;
  r[5] = c * ry * rz - s * rx;
  r[6] = c * rz * rx - s * ry;
  r[7] = c * rz * ry + s * rx;
  r[8] = cos + c * rz * rz;
  return r;
}

/** The rotation vector of a rotation matrix, of length 0 to π. */
export function rotationVector(r: Float64Array): readonly [number, number, number] {
  const [x, y, z] = [r[7]! - r[5]!, r[2]! - r[6]!, r[3]! - r[1]!];
  const sine = Math.hypot(x, y, z) / 2;
  const cosine = (r[0]! + r[4]! + r[8]! - 1) / 2;
  if (sine >= LEAST_SINE) {
    const scale = Math.atan2(sine, cosine) / (2 * sine);
    return [x * scale, y * scale, z * scale];
  }
  if (cosine > 0) return [0, 0, 0];
  // half a turn: the squares of the axis are in the diagonal, its signs beside it
  const along = (entry: number) => Math.sqrt(Math.max(0, (entry + 1) / 2));
  const ax = along(r[0]!);
  const ay = along(r[4]!) * (r[1]! < 0 ? -1 : 1);
  const az = along(r[8]!) * (r[2]! < 0 ? -1 : 1);
  const opposed = ax < Math.abs(ay) && ax < Math.abs(az) && r[5]! > 0 !== ay * az > 0;
  const scale = Math.PI / Math.hypot(ax, ay, az);
  return [ax * scale, ay * scale, (opposed ? -az : az) * scale];
}

/**
 * How a rotation turns further when its vector changes: row-major 3 × 3, change of the vector → rotation vector that is
 * applied after it (the left Jacobian of the rotation group; Solà et al., "A micro Lie theory", 2018, equation 145).
 */
export function leftJacobian(rx: number, ry: number, rz: number): Float64Array {
  const angle = Math.hypot(rx, ry, rz);
  const [s, c] = shares(angle);
  const rest = angle < 1e-4 ? 1 / 6 : (1 - s) / (angle * angle);
  return new Float64Array([
    s + rest * rx * rx,
    rest * rx * ry - c * rz,
    rest * rx * rz + c * ry,
    rest * ry * rx + c * rz,
    s + rest * ry * ry,
    rest * ry * rz - c * rx,
    rest * rz * rx - c * ry,
    rest * rz * ry + c * rx,
    s + rest * rz * rz,
  ]);
}
