import { convexHull } from './convex-hull.ts';
import { fillConvexPolygon } from './fill-polygon.ts';
import { roundHalfEven } from './round.ts';
import type { Landmarks, Point } from './types.ts';

/** What a mask drawn from landmarks covers. */
export type LandmarkMaskKind = 'components' | 'extended' | 'eye' | 'mouth';

/** Landmark indexes from start to end, end exclusive. */
function span(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** Parts whose convex hulls together are the face (68-point iBUG indexes). */
const FACE_PARTS: readonly (readonly number[])[] = [
  [...span(0, 9), 17],
  [...span(8, 17), 26],
  [...span(17, 20), 8],
  [...span(24, 27), 8],
  [...span(19, 25), 8],
  [...span(17, 22), 27, ...span(31, 36), 8],
  [...span(22, 27), 27, ...span(31, 36), 8],
  [...span(27, 31), ...span(31, 36)],
];

const PARTS: Readonly<Record<LandmarkMaskKind, readonly (readonly number[])[]>> = {
  components: FACE_PARTS,
  extended: FACE_PARTS,
  eye: [span(36, 42), span(42, 48)],
  mouth: [span(48, 60)],
};

/**
 * A hard-edged mask (0 or 255) of sizePx² from 68 landmarks in pixels of that square.
 * `extended` is `components` with the brows moved up by half the distance between them and the eyes.
 */
export function landmarkMask(kind: LandmarkMaskKind, landmarks: Landmarks, sizePx: number): Uint8Array {
  const points = Array.from(
    { length: landmarks.length / 2 },
    (_, i): Point => [landmarks[2 * i]!, landmarks[2 * i + 1]!],
  );
  const placed = (kind === 'extended' ? raiseBrows(points) : points).map(
    ([x, y]): Point => [roundHalfEven(x), roundHalfEven(y)],
  );
  const mask = new Uint8Array(sizePx * sizePx);
  for (const part of PARTS[kind])
    fillConvexPolygon(mask, sizePx, convexHull(part.map((i) => placed[i]!)), 255);
  return mask;
}

function raiseBrows(points: readonly Point[]): Point[] {
  const halfway = (a: Point, b: Point): Point => [
    Math.floor((a[0] + b[0]) / 2),
    Math.floor((a[1] + b[1]) / 2),
  ];
  const left = halfway(points[36]!, halfway(points[36]!, points[0]!));
  const right = halfway(points[45]!, halfway(points[16]!, points[45]!));
  const below = [left, ...span(36, 40).map((i) => points[i]!), ...span(42, 46).map((i) => points[i]!), right];
  return points.map((point, i) => {
    const under = below[i - 17];
    if (i < 17 || under === undefined) return point;
    return [
      point[0] + Math.floor((point[0] - under[0]) / 2),
      point[1] + Math.floor((point[1] - under[1]) / 2),
    ];
  });
}
