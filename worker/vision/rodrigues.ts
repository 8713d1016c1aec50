/**
 * The rotation matrix (row-major 3 × 3) of a rotation vector whose direction is the axis and whose length is the angle in
 * radians (Rodrigues' formula).
 */
export function rotationMatrix(rx: number, ry: number, rz: number): Float64Array {
  const angle = Math.hypot(rx, ry, rz);
  // sin(θ)/θ and (1 − cos θ)/θ², by their series near zero
  const s = angle < 1e-8 ? 1 : Math.sin(angle) / angle;
  const half = Math.sin(angle / 2);
  const c = angle < 1e-8 ? 0.5 : (2 * half * half) / (angle * angle);
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
