import { eulerAngles, project } from './camera.ts';
import { alignmentPoints, landmarks68From98 } from './landmark-sets.ts';
import { applyMatrix, invertMatrix, transformPointsSingle } from './matrix.ts';
import { roundHalfEven } from './round.ts';
import { solvePose } from './solve-pose.ts';
import type { Centering, Landmarks, Matrix, Point, Pose } from './types.ts';
import { umeyama } from './umeyama.ts';

/** How a face lies in its frame. */
export interface FaceAlignment {
  /** The landmarks in pixels of the upright frame, as given; 98 become 68. */
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

/** Without the outline of the head its pose is unknown: it counts as frontal and every crop is centred alike. */
const UNKNOWN_POSE: Pick<FaceAlignment, 'pose' | 'offsets'> = {
  pose: { pitch: 0, yaw: 0, roll: 0 },
  offsets: { legacy: [0, 0], head: [0, 0], face: [0, 0] },
};

/**
 * Finds crop geometry and pose of one face, in the single precision of faceswap, so that crops lie on the same pixels.
 * @param landmarks frame pixels; 68 points (iBUG order) or 98 (WFLW order), or, with neither pose nor offsets, the inner
 * 51 of the 68 or the 4 corners of the face (clockwise from top left)
 * @throws RangeError when their count is another, one is not finite, or those that are aligned all coincide
 */
export function alignFace(landmarks: Landmarks): FaceAlignment {
  if (!landmarks.every(Number.isFinite)) throw new RangeError('alignFace needs finite landmarks');
  const points = landmarks.length === 2 * 98 ? landmarks68From98(landmarks) : landmarks;
  const { source, target } = alignmentPoints(points);
  const legacyMatrix = umeyama(source, target, Math.fround);
  const normalised = transformPointsSingle(legacyMatrix, points);
  if (!normalised.every(Number.isFinite)) throw new RangeError('alignFace needs landmarks within reach');
  const posed = points.length === 2 * 68 ? poseAndOffsets(normalised) : UNKNOWN_POSE;
  return { landmarks: points, legacyMatrix, normalised, ...posed };
}

function poseAndOffsets(normalised: Landmarks): Pick<FaceAlignment, 'pose' | 'offsets'> {
  const camera = solvePose(normalised);
  const offset = (centre: typeof HEAD_CENTRE | typeof FACE_CENTRE): Point => {
    const [x, y] = project(camera, centre);
    return [Math.fround(x) - 0.5, Math.fround(y) - 0.5];
  };
  return {
    pose: eulerAngles(camera),
    offsets: { legacy: [0, 0], head: offset(HEAD_CENTRE), face: offset(FACE_CENTRE) },
  };
}

/** What part of a frame a face crop shows. */
export interface CropSpec {
  readonly centering: Centering;
  /** Edge length of the square crop. */
  readonly sizePx: number;
  /** How much of the full crop is shown, 0 (exclusive) to 1. Default 1. */
  readonly coverage?: number;
  /** Moves the crop's content down by this share of normalised space. Default 0. */
  readonly yOffset?: number;
}

/** The share of a full crop that is margin around the normalised unit square. */
export const EXTRACT_RATIO: Readonly<Record<Centering, number>> = { legacy: 0.375, face: 0.5, head: 0.625 };

/** Pixels between the edge of a crop and the normalised unit square. Can be negative when the coverage is low. */
export function cropPadding(centering: Centering, sizePx: number, coverage = 1): number {
  return roundHalfEven((sizePx * (EXTRACT_RATIO[centering] + coverage - 1)) / (2 * coverage));
}

/**
 * The map from frame pixels to crop pixels.
 * @throws RangeError when size or coverage are not positive, or so low that nothing is left
 */
export function cropMatrix(
  alignment: Pick<FaceAlignment, 'legacyMatrix' | 'offsets'>,
  { centering, sizePx, coverage = 1, yOffset = 0 }: CropSpec,
): Matrix {
  if (!(sizePx > 0) || !(coverage > 0)) {
    throw new RangeError(`a crop needs a positive size and coverage: ${sizePx}, ${coverage}`);
  }
  const padding = cropPadding(centering, sizePx, coverage);
  const scale = sizePx - 2 * padding;
  if (!(scale > 0)) throw new RangeError(`a ${centering} crop of ${sizePx} px holds no face`);
  const [a, b, tx, c, d, ty] = alignment.legacyMatrix;
  const [ox, oy] = alignment.offsets[centering];
  return [
    a * scale,
    b * scale,
    (tx - ox) * scale + padding,
    c * scale,
    d * scale,
    (ty - oy + yOffset) * scale + padding,
  ];
}

/** The crop's corners in whole frame pixels: top left, bottom left, bottom right, top right of the crop. */
export function cropRoi(matrix: Matrix, sizePx: number): readonly [Point, Point, Point, Point] {
  const toFrame = invertMatrix(matrix);
  const last = sizePx - 1;
  const corner = (x: number, y: number): Point => {
    const [fx, fy] = applyMatrix(toFrame, x, y);
    return [roundHalfEven(fx), roundHalfEven(fy)];
  };
  return [corner(0, 0), corner(0, last), corner(last, last), corner(last, 0)];
}
