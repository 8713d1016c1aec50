import type { FaceAlignment } from './alignment.ts';
import { cropMatrix } from './alignment.ts';
import { matrixScale } from './matrix.ts';
import { MEAN_FACE_51 } from './mean-face.ts';
import type { Landmarks } from './types.ts';

/** When a face's landmarks are implausible. */
export interface FilterLimits {
  /** Drop faces whose mouth is above their eyes or brows. */
  readonly features: boolean;
  /** Smallest and largest side of the face-centred square, as a share of the frame's shorter side; 0 = no limit. */
  readonly minScale: number;
  readonly maxScale: number;
  /** Largest mean distance of the landmarks from the mean face, percent of its width; 0 = no limit. */
  readonly distancePercent: number;
  /** Largest in-plane turn, degrees either way; 0 = no limit. */
  readonly rollDeg: number;
}

export type FilterReason = 'features' | 'scale' | 'distance' | 'roll';

/** Why the face should be dropped, or null when it is plausible. */
export function filterFace(
  landmarks: Landmarks,
  alignment: FaceAlignment,
  frame: { readonly width: number; readonly height: number },
  limits: FilterLimits,
): FilterReason | null {
  if (limits.features && eyeToMouth(alignment.normalised) < 0) return 'features';
  const side = 1 / matrixScale(cropMatrix(alignment, { centering: 'face', sizePx: 1 }));
  const shorter = Math.min(frame.width, frame.height);
  if (side < shorter * limits.minScale || (limits.maxScale > 0 && side > shorter * limits.maxScale))
    return 'scale';
  if (limits.distancePercent > 0 && meanDistance(alignment.normalised) > limits.distancePercent / 100)
    return 'distance';
  if (limits.rollDeg > 0 && Math.abs(inPlaneTurnDeg(landmarks)) > limits.rollDeg) return 'roll';
  return null;
}

/** Highest point of the mouth minus lowest point of eyes and brows, in normalised space; negative when they are the wrong way round. */
function eyeToMouth(normalised: Landmarks): number {
  const ys = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => normalised[2 * (from + i) + 1]!);
  return Math.min(...ys(48, 68)) - Math.max(...ys(17, 27), ...ys(36, 48));
}

/** Mean distance of landmarks 17 to 67 from the mean face, in normalised space. */
function meanDistance(normalised: Landmarks): number {
  let sum = 0;
  for (let i = 0; i < 51; i++) {
    const dx = normalised[2 * (17 + i)]! - MEAN_FACE_51[2 * i]!;
    const dy = normalised[2 * (17 + i) + 1]! - MEAN_FACE_51[2 * i + 1]!;
    sum += Math.hypot(dx, dy);
  }
  return sum / 51;
}

/** Turn of the line between the outer eye corners, degrees. */
function inPlaneTurnDeg(landmarks: Landmarks): number {
  const dx = landmarks[2 * 45]! - landmarks[2 * 36]!;
  const dy = landmarks[2 * 45 + 1]! - landmarks[2 * 36 + 1]!;
  return (Math.atan2(dy, dx) * 180) / Math.PI;
}
