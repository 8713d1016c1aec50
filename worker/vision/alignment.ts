import { eulerAngles, project } from './camera.ts';
import { transformPoints } from './matrix.ts';
import { MEAN_FACE_51 } from './mean-face.ts';
import { solvePose } from './solve-pose.ts';
import type { Centering, Landmarks, Matrix, Point, Pose } from './types.ts';
import { umeyama } from './umeyama.ts';

/** How a face lies in its frame. */
export interface FaceAlignment {
  /** 68 landmarks in pixels of the upright frame, as given. */
  readonly landmarks: Landmarks;
  /** Frame pixels → normalised space, in which the mean face fills the unit square. */
  readonly legacyMatrix: Matrix;
  /** The landmarks in normalised space. */
  readonly normalised: Landmarks;
  /** The head's attitude after the in-plane rotation is taken out by `legacyMatrix`: roll is what remains. */
  readonly pose: Pose;
  /** Where each centering's origin lies in normalised space, relative to the legacy one. */
  readonly offsets: Readonly<Record<Centering, Point>>;
}

/** The point of the mean head that each centering puts into the middle of the crop. */
const HEAD_CENTRE = [0, 0, -2.3] as const;
const FACE_CENTRE = [0, -1.5, 4.2] as const;

/**
 * Finds crop geometry and pose of one face.
 * @param landmarks 68 points (iBUG order), frame pixels
 * @throws RangeError when there are not 68 finite points, or the inner 51 all coincide
 */
export function alignFace(landmarks: Landmarks): FaceAlignment {
  if (landmarks.length !== 136)
    throw new RangeError(`alignFace needs 68 landmarks, got ${landmarks.length / 2}`);
  if (!landmarks.every(Number.isFinite)) throw new RangeError('alignFace needs finite landmarks');
  const legacyMatrix = umeyama(landmarks.subarray(2 * 17), MEAN_FACE_51);
  const normalised = transformPoints(legacyMatrix, landmarks);
  const camera = solvePose(normalised);
  const [headX, headY] = project(camera, HEAD_CENTRE);
  const [faceX, faceY] = project(camera, FACE_CENTRE);
  return {
    landmarks,
    legacyMatrix,
    normalised,
    pose: eulerAngles(camera),
    offsets: { legacy: [0, 0], head: [headX - 0.5, headY - 0.5], face: [faceX - 0.5, faceY - 0.5] },
  };
}
