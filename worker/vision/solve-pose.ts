import { type CameraPose, FOCAL_LENGTH } from './camera.ts';
import { MEAN_FACE_3D_26, POSE_INDICES_26 } from './mean-face.ts';
import { rotationMatrix } from './rodrigues.ts';
import { solveSymmetric } from './solve-linear.ts';
import type { Landmarks } from './types.ts';

const MAX_STEPS = 100;
const COUNT = POSE_INDICES_26.length;

/** A frontal head at the distance where it fills the unit square. */
const START: CameraPose = {
  rotation: new Float64Array([1, 0, 0, 0, 1, 0, 0, 0, 1]),
  translation: [0, 3.9, -59],
};

/** The sum of squared reprojection errors; fills the normal equations (JᵀJ: 6 × 6, −Jᵀr: 6) when given. */
function measure(pose: CameraPose, seen: Float64Array, jtj?: Float64Array, jtr?: Float64Array): number {
  const r = pose.rotation;
  const [tx, ty, tz] = pose.translation;
  const row = new Float64Array(6);
  jtj?.fill(0);
  jtr?.fill(0);
  let error = 0;
  for (let i = 0; i < COUNT; i++) {
    const x = MEAN_FACE_3D_26[3 * i]!;
    const y = MEAN_FACE_3D_26[3 * i + 1]!;
    const z = MEAN_FACE_3D_26[3 * i + 2]!;
    const qx = r[0]! * x + r[1]! * y + r[2]! * z;
    const qy = r[3]! * x + r[4]! * y + r[5]! * z;
    const qz = r[6]! * x + r[7]! * y + r[8]! * z;
    const depth = qz + tz;
    if (!(depth < -1e-3)) return Number.POSITIVE_INFINITY; // the point has passed through the camera
    const u = (FOCAL_LENGTH * (qx + tx)) / depth;
    const v = (FOCAL_LENGTH * (qy + ty)) / depth;
    const ru = u + 0.5 - seen[2 * i]!;
    const rv = v + 0.5 - seen[2 * i + 1]!;
    error += ru * ru + rv * rv;
    if (jtj === undefined || jtr === undefined) continue;
    // left perturbation δ of the rotation moves q by δ × q; then the translation
    const f = FOCAL_LENGTH / depth;
    const gu = -u / depth;
    const gv = -v / depth;
    row[0] = gu * qy;
    row[1] = f * qz - gu * qx;
    row[2] = -f * qy;
    row[3] = f;
    row[4] = 0;
    row[5] = gu;
    accumulate(row, ru, jtj, jtr);
    row[0] = -f * qz + gv * qy;
    row[1] = -gv * qx;
    row[2] = f * qx;
    row[3] = 0;
    row[4] = f;
    row[5] = gv;
    accumulate(row, rv, jtj, jtr);
  }
  return error;
}

function accumulate(row: Float64Array, residual: number, jtj: Float64Array, jtr: Float64Array): void {
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j <= i; j++) jtj[6 * i + j]! += row[i]! * row[j]!;
    jtr[i]! -= row[i]! * residual;
  }
}

/** The pose after a step of the six parameters: δ × rotation, then translation. */
function stepped(pose: CameraPose, step: Float64Array): CameraPose {
  const d = rotationMatrix(step[0]!, step[1]!, step[2]!);
  const rotation = new Float64Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 3; k++) rotation[3 * i + j]! += d[3 * i + k]! * pose.rotation[3 * k + j]!;
    }
  }
  const [tx, ty, tz] = pose.translation;
  return { rotation, translation: [tx + step[3]!, ty + step[4]!, tz + step[5]!] };
}

/**
 * The pose of the mean head whose projection is nearest to the landmarks: least squared reprojection error over 26 points
 * by Levenberg and Marquardt's method, the minimum that OpenCV's `solvePnP(SOLVEPNP_ITERATIVE)` looks for.
 *
 * @param normalised 68 landmarks in normalised (legacy) space
 * @returns the best pose found; never fails on finite input
 */
export function solvePose(normalised: Landmarks): CameraPose {
  const seen = new Float64Array(2 * COUNT);
  for (let i = 0; i < COUNT; i++) {
    seen[2 * i] = normalised[2 * POSE_INDICES_26[i]!]!;
    seen[2 * i + 1] = normalised[2 * POSE_INDICES_26[i]! + 1]!;
  }
  const jtj = new Float64Array(36);
  const jtr = new Float64Array(6);
  let pose = START;
  let error = measure(pose, seen, jtj, jtr);
  let damping = 1e-3;
  for (let i = 0; i < MAX_STEPS && damping < 1e12; i++) {
    const system = jtj.slice();
    const step = jtr.slice();
    for (let k = 0; k < 36; k += 7) system[k]! *= 1 + damping;
    if (solveSymmetric(system, step)) {
      const next = stepped(pose, step);
      const nextError = measure(next, seen);
      if (nextError <= error) {
        const settled = step.every((value) => Math.abs(value) < 1e-9);
        pose = next;
        error = measure(pose, seen, jtj, jtr);
        damping = Math.max(damping / 10, 1e-12);
        if (settled) break;
        continue;
      }
    }
    damping *= 10;
  }
  return pose;
}
