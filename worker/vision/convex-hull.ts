import type { Point } from './types.ts';

/**
 * The corners of the convex hull of points, in order around it (to the right, down, to the left, up), without points on
 * its edges (Andrew's monotone chain). The first corner is the one OpenCV's `convexHull` starts with: where the corners
 * lie in the order of the given points, forwards or backwards, the first one in that order, else the rightmost one.
 * @param points in pixels
 */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = points.map((_, i) => i).sort((i, k) => compare(points[i]!, points[k]!));
  const order = sorted.filter((i, at) => at === 0 || compare(points[i]!, points[sorted[at - 1]!]!) !== 0);
  if (order.length < 3) return order.reverse().map((i) => points[i]!);
  const corners = [...chain(points, [...order].reverse()), ...chain(points, order)];
  const first = corners.length < 3 ? 0 : firstCorner(corners);
  return rotated(corners, first).map((i) => points[i]!);
}

const compare = (a: Point, b: Point) => a[0] - b[0] || a[1] - b[1];

function chain(points: readonly Point[], sorted: readonly number[]): number[] {
  const corners: number[] = [];
  for (const i of sorted) {
    while (corners.length >= 2 && turn(points[corners.at(-2)!]!, points[corners.at(-1)!]!, points[i]!) <= 0) {
      corners.pop();
    }
    corners.push(i);
  }
  corners.pop(); // the other chain starts with it
  return corners;
}

/** Positive when a → b → c turns one way, negative for the other, zero on a line. */
function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function firstCorner(corners: readonly number[]): number {
  const lowest = corners.indexOf(Math.min(...corners));
  if (isSorted(rotated(corners, lowest), 1)) return lowest;
  const highest = corners.indexOf(Math.max(...corners));
  return isSorted(rotated(corners, highest), -1) ? highest : 0;
}

const rotated = (list: readonly number[], start: number) => [...list.slice(start), ...list.slice(0, start)];
const isSorted = (list: readonly number[], direction: number) =>
  list.every((value, i) => i === 0 || (value - list[i - 1]!) * direction > 0);
