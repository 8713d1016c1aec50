import type { FaceAlignment } from './alignment.ts';
import { alignmentPoints } from './landmark-sets.ts';

/** Which faces are implausible; a limit of 0 is none. */
export interface FilterLimits {
  /** Drop faces whose mouth lies above an eye or a brow. */
  readonly features: boolean;
  /** Smallest and largest face, as shares of the frame's shorter side. */
  readonly minScale: number;
  readonly maxScale: number;
  /** Largest mean distance of the landmarks from the mean face, percent of its size. */
  readonly distancePercent: number;
  /** Largest roll that remains after the face is turned upright, degrees. */
  readonly rollDeg: number;
}

/** Why a face is dropped. */
export type FilterReason = 'features' | 'scale' | 'distance' | 'roll';

/** The numbers that the filters judge. */
export interface FilterValues {
  /** Gap between the lowest point of eyes and brows and the highest of the mouth in normalised space; negative when they cross. */
  readonly eyesToMouth: number;
  /** Side of the face-centred crop in frame pixels. */
  readonly facePx: number;
  /** Mean distance of landmarks 17 to 67 from the mean face along x and along y, in normalised space. */
  readonly distance: number;
  /** Degrees. */
  readonly roll: number;
}

/** Measures one face for the filters. A face of 4 points has no eyes, mouth or likeness to judge: those values are 0. */
export function filterValues({ normalised, legacyMatrix, pose }: FaceAlignment): FilterValues {
  const facePx = 2 / Math.hypot(legacyMatrix[0], legacyMatrix[3]);
  const { source, target } = alignmentPoints(normalised);
  if (source.length !== 2 * 51) return { eyesToMouth: 0, facePx, distance: 0, roll: 0 };
  let lowestEye = Number.NEGATIVE_INFINITY;
  let highestMouth = Number.POSITIVE_INFINITY;
  let distance = 0;
  for (let i = 0; i < 51; i++) {
    const y = source[2 * i + 1]!;
    if (i < 10 || (i >= 19 && i < 31)) lowestEye = Math.max(lowestEye, y);
    if (i >= 31) highestMouth = Math.min(highestMouth, y);
    distance += Math.abs(source[2 * i]! - target[2 * i]!) + Math.abs(y - target[2 * i + 1]!);
  }
  return { eyesToMouth: highestMouth - lowestEye, facePx, distance: distance / 102, roll: pose.roll };
}

/**
 * Judges one face.
 * @param frame the size of its frame
 * @returns the first reason to drop it, or null to keep it
 */
export function filterFace(
  alignment: FaceAlignment,
  frame: { readonly width: number; readonly height: number },
  limits: FilterLimits,
): FilterReason | null {
  const { eyesToMouth, facePx, distance, roll } = filterValues(alignment);
  const shorter = Math.min(frame.width, frame.height);
  if (limits.features && eyesToMouth < 0) return 'features';
  if (facePx < shorter * limits.minScale) return 'scale';
  if (limits.maxScale > 0 && facePx > shorter * limits.maxScale) return 'scale';
  if (limits.distancePercent > 0 && distance > limits.distancePercent / 100) return 'distance';
  if (limits.rollDeg > 0 && Math.abs(roll) > limits.rollDeg) return 'roll';
  return null;
}
