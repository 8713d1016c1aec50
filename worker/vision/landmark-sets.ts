import { MEAN_BOX_4, MEAN_FACE_51 } from './mean-face.ts';
import type { Landmarks } from './types.ts';

const range = (from: number, end: number): number[] => Array.from({ length: end - from }, (_, i) => from + i);

/** For each of the 68 iBUG landmarks the WFLW landmark in the same place. */
const WFLW_OF_68: readonly number[] = [
  ...range(0, 17).map((i) => 2 * i), // the jaw has twice as many
  ...range(33, 38),
  ...range(42, 47), // upper edges of the brows
  ...range(51, 60),
  ...[60, 61, 63, 64, 65, 67],
  ...[68, 69, 71, 72, 73, 75], // eyes without the middles of the lids
  ...range(76, 96), // without the pupils
];

/**
 * The 68 landmarks (iBUG order) among 98 (WFLW order: Wu et al., "Look at Boundary", 2018).
 * @throws RangeError when there are not 98
 */
export function landmarks68From98(landmarks: Landmarks): Landmarks {
  if (landmarks.length !== 2 * 98) {
    throw new RangeError(`landmarks68From98 needs 98 landmarks, got ${landmarks.length / 2}`);
  }
  return Float64Array.from({ length: 2 * 68 }, (_, i) => landmarks[2 * WFLW_OF_68[i >> 1]! + (i & 1)]!);
}

/** The points of a face that lie on a mean face, and those of the mean face. */
export interface AlignmentPoints {
  readonly source: Landmarks;
  readonly target: Landmarks;
}

/**
 * What a set of 68 landmarks, the inner 51 of them, or the 4 corners of a face (clockwise from top left) is aligned by.
 * @throws RangeError for another count
 */
export function alignmentPoints(landmarks: Landmarks): AlignmentPoints {
  switch (landmarks.length) {
    case 2 * 68:
      return { source: landmarks.subarray(2 * 17), target: MEAN_FACE_51 };
    case 2 * 51:
      return { source: landmarks, target: MEAN_FACE_51 };
    case 2 * 4:
      return { source: landmarks, target: MEAN_BOX_4 };
    default:
      throw new RangeError(`a face has 4, 51, 68 or 98 landmarks, not ${landmarks.length / 2}`);
  }
}
