import type { Box, Centering, Landmarks, Matrix, Pose } from '../vision/types.ts';

/** A face on its way through the roles; coordinates in pixels of the upright frame. */
export interface Face {
  readonly box: Box;
  /** Detector's confidence, 0..1. */
  readonly score: number;
  /** Degrees by which the face was turned when a rotated detection found it. */
  readonly rollDeg: number;
}

/** What an aligner adds. */
export interface Alignment {
  readonly landmarks: Landmarks;
  readonly pose: Pose;
  /** Null when the model does not say. */
  readonly presence: number | null;
}

/** Why a detected face is left out of the result. */
export type FaceRejection = 'presence' | 'features' | 'scale' | 'distance' | 'roll';

/** A mask as it is stored: `sizePx`² bytes, zlib-compressed, and the map from the frame to it. */
export interface StoredMask {
  readonly sizePx: number;
  readonly centering: Centering;
  readonly matrix: Matrix;
  /** OpenCV's code of the interpolator that takes the mask back to the frame. */
  readonly interpolator: number;
  readonly zlib: Uint8Array;
}
