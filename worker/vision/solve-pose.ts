import { type CameraPose, FOCAL_LENGTH } from './camera.ts';
import { linearPose } from './linear-pose.ts';
import { MEAN_FACE_3D_26, POSE_INDICES_26 } from './mean-face.ts';
import { leftJacobian, rotationMatrix, rotationVector } from './rodrigues.ts';
import { solveSymmetric } from './solve-linear.ts';
import type { Landmarks } from './types.ts';

const COUNT = POSE_INDICES_26.length;
/** Steps after which the search ends, near its end or not (OpenCV's `solvePnP`). */
const MAX_STEPS = 20;
/** Change relative to the parameters below which it ends: C's FLT_EPSILON. */
const LEAST_CHANGE = 2 ** -23;
/** Powers of ten of the damping. */
const [FIRST_DAMPING, LEAST_DAMPING, MOST_DAMPING] = [-3, -16, 16];

/** A frontal head at the distance where it fills the unit square. */
const FRONTAL: CameraPose = {
  rotation: new Float64Array([1, 0, 0, 0, 1, 0, 0, 0, 1]),
  translation: [0, 3.9, -59],
};

/** Rotation vector and translation. */
type Parameters = Float64Array;

const poseOf = ([rx, ry, rz, x, y, z]: Parameters): CameraPose => ({
  rotation: rotationMatrix(rx!, ry!, rz!),
  translation: [x!, y!, z!],
});

/** The length of all reprojection errors together; fills the normal equations (JᵀJ: 6 × 6, Jᵀr: 6) when given. */
function measure(at: Parameters, seen: Float64Array, jtj?: Float64Array, jtr?: Float64Array): number {
  const { rotation: r, translation } = poseOf(at);
  const [tx, ty, tz] = translation;
  const turn = leftJacobian(at[0]!, at[1]!, at[2]!);
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
    const depth = qz + tz || 1;
    const u = (FOCAL_LENGTH * (qx + tx)) / depth;
    const v = (FOCAL_LENGTH * (qy + ty)) / depth;
    const ru = u + 0.5 - seen[2 * i]!;
    const rv = v + 0.5 - seen[2 * i + 1]!;
    error += ru * ru + rv * rv;
    if (jtj === undefined || jtr === undefined) continue;
    // a turn δ after the rotation moves q by δ × q
    const f = FOCAL_LENGTH / depth;
    const gu = -u / depth;
    const gv = -v / depth;
    fillRow(row, turn, [gu * qy, f * qz - gu * qx, -f * qy], [f, 0, gu]);
    accumulate(row, ru, jtj, jtr);
    fillRow(row, turn, [-f * qz + gv * qy, -gv * qx, f * qx], [0, f, gv]);
    accumulate(row, rv, jtj, jtr);
  }
  return Math.sqrt(error);
}

type Triple = readonly [number, number, number];

/** A row of J: what a turn changes, by what the rotation vector turns; and what the translation changes. */
function fillRow(row: Float64Array, turn: Float64Array, [a, b, c]: Triple, moved: Triple): void {
  for (let k = 0; k < 3; k++) row[k] = a * turn[k]! + b * turn[3 + k]! + c * turn[6 + k]!;
  row.set(moved, 3);
}

function accumulate(row: Float64Array, residual: number, jtj: Float64Array, jtr: Float64Array): void {
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j <= i; j++) jtj[6 * i + j]! += row[i]! * row[j]!;
    jtr[i]! += row[i]! * residual;
  }
}

/** Levenberg and Marquardt's method as OpenCV's `CvLevMarq` has it. */
function refined(start: Parameters, seen: Float64Array): Parameters {
  const jtj = new Float64Array(36);
  const jtr = new Float64Array(6);
  let at = start;
  let error = measure(at, seen, jtj, jtr);
  let damping = FIRST_DAMPING;
  for (let steps = 1; ; steps++) {
    let next = stepped(at, jtj, jtr, damping);
    let nextError = measure(next, seen);
    while (nextError > error && ++damping <= MOST_DAMPING) {
      next = stepped(at, jtj, jtr, damping);
      nextError = measure(next, seen);
    }
    damping = Math.max(damping - 1, LEAST_DAMPING);
    const change = Math.hypot(...next.map((value, i) => value - at[i]!)) / Math.hypot(...at);
    if (steps >= MAX_STEPS || !(change >= LEAST_CHANGE)) return next;
    at = next;
    error = nextError;
    measure(at, seen, jtj, jtr);
  }
}

function stepped(at: Parameters, jtj: Float64Array, jtr: Float64Array, damping: number): Parameters {
  const system = jtj.slice();
  const step = jtr.slice();
  for (let k = 0; k < 36; k += 7) system[k]! *= 1 + 10 ** damping;
  return solveSymmetric(system, step) ? at.map((value, i) => value - step[i]!) : at;
}

/**
 * The pose of the mean head whose projection is near to the landmarks: what OpenCV's `solvePnP(SOLVEPNP_ITERATIVE)` finds
 * for 26 points, which on inexact landmarks is not quite the minimum, as its search ends after 20 steps. Crops of faceswap
 * are centred by it.
 *
 * @param normalised 68 landmarks in normalised (legacy) space
 * @returns finite on finite input; a frontal head when the points determine none
 */
export function solvePose(normalised: Landmarks): CameraPose {
  const seen = new Float64Array(2 * COUNT);
  for (let i = 0; i < COUNT; i++) {
    seen[2 * i] = normalised[2 * POSE_INDICES_26[i]!]!;
    seen[2 * i + 1] = normalised[2 * POSE_INDICES_26[i]! + 1]!;
  }
  const linear = linearPose(seen);
  if (linear === null) return FRONTAL;
  const start = Float64Array.of(...rotationVector(linear.rotation), ...linear.translation);
  const found = refined(start, seen);
  return found.every(Number.isFinite) ? poseOf(found) : FRONTAL;
}
