import type { Point } from './types.ts';

const outcode = ([x, y]: Point, right: number, bottom: number): number =>
  (x < 0 ? 1 : 0) | (x > right ? 2 : 0) | (y < 0 ? 4 : 0) | (y > bottom ? 8 : 0);

/**
 * The part of a segment with whole coordinates inside [0, right] × [0, bottom], or null when it lies outside; cut first at
 * the top and bottom and then at the sides, the cuts rounded to where the end was (OpenCV's `clipLine`).
 */
export function clipSegment(
  from: Point,
  to: Point,
  right: number,
  bottom: number,
): readonly [Point, Point] | null {
  const ends: [Point, Point] = [from, to];
  for (const axis of [1, 0] as const) {
    const mask = axis === 1 ? 12 : 3;
    for (const i of [0, 1] as const) {
      const codes = ends.map((end) => outcode(end, right, bottom));
      if ((codes[0]! & codes[1]!) !== 0) return null;
      if ((codes[i]! & mask) === 0) continue;
      const [[x1, y1], [x2, y2]] = ends;
      const end = ends[i];
      if (axis === 1) {
        const edge = end[1] < 0 ? 0 : bottom;
        ends[i] = [end[0] + Math.trunc(((edge - end[1]) * (x2 - x1)) / (y2 - y1)), edge];
      } else {
        const edge = end[0] < 0 ? 0 : right;
        ends[i] = [edge, end[1] + Math.trunc(((edge - end[0]) * (y2 - y1)) / (x2 - x1))];
      }
    }
  }
  return outcode(ends[0], right, bottom) === 0 && outcode(ends[1], right, bottom) === 0 ? ends : null;
}
