import { convexHull } from './convex-hull.ts';
import { fillConvexPolygon } from './fill-polygon.ts';
import type { GrayImage } from './gray-image.ts';
import { raiseBrows } from './raise-brows.ts';
import { roundHalfEven } from './round.ts';
import type { Landmarks, Point } from './types.ts';

/**
 * What a mask covers: `components` the face from chin to brows, `extended` the same with part of the forehead, `eye` both
 * eyes, `mouth` the mouth.
 */
export type LandmarkMaskKind = 'components' | 'extended' | 'eye' | 'mouth';

const range = (from: number, end: number): number[] => Array.from({ length: end - from }, (_, i) => from + i);

/** The face in eight overlapping convex parts, by landmark numbers. */
const FACE_PARTS: readonly (readonly number[])[] = [
  [...range(0, 9), 17],
  [...range(8, 17), 26],
  [...range(17, 20), 8],
  [...range(24, 27), 8],
  [...range(19, 25), 8],
  [...range(17, 22), 27, ...range(31, 36), 8],
  [...range(22, 27), 27, ...range(31, 36), 8],
  [...range(27, 31), ...range(31, 36)],
];

const PARTS: Readonly<Record<LandmarkMaskKind, readonly (readonly number[])[]>> = {
  components: FACE_PARTS,
  extended: FACE_PARTS,
  eye: [range(36, 42), range(42, 48)],
  mouth: [range(48, 60)],
};

/** How the edge of a mask is drawn: `hard`, levels 0 and 255 only (faceswap up to 2.3), or `smooth` (since 2026). */
export type MaskEdge = 'hard' | 'smooth';

/**
 * Draws a mask from landmarks: the filled convex hulls of its parts.
 * @param landmarks 68 points in pixels of the crop
 * @param sizePx side of the crop
 * @returns sizePx × sizePx levels
 * @throws RangeError when there are not 68 landmarks
 */
export function landmarkMask(
  kind: LandmarkMaskKind,
  landmarks: Landmarks,
  sizePx: number,
  edge: MaskEdge = 'hard',
): Uint8Array {
  if (landmarks.length !== 136) {
    throw new RangeError(`a landmark mask needs 68 landmarks, got ${landmarks.length / 2}`);
  }
  const points = kind === 'extended' ? raiseBrows(landmarks) : landmarks;
  const mask: GrayImage = { width: sizePx, height: sizePx, data: new Uint8Array(sizePx * sizePx) };
  for (const part of PARTS[kind]) {
    const corners = part.map(
      (i): Point => [roundHalfEven(points[2 * i]!), roundHalfEven(points[2 * i + 1]!)],
    );
    fillConvexPolygon(mask, convexHull(corners), 255, edge === 'smooth');
  }
  return mask.data;
}
