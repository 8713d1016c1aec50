import type { Point } from './types.ts';

/**
 * Fills a convex polygon with integer corners, edges included, into a square plane; what lies outside the plane is left out.
 * Every row is filled from the leftmost to the rightmost point of its crossing with the polygon, rounded to pixels.
 */
export function fillConvexPolygon(
  plane: Uint8Array,
  sizePx: number,
  polygon: readonly Point[],
  value: number,
): void {
  const ys = polygon.map(([, y]) => y);
  const top = Math.max(0, Math.min(...ys));
  const bottom = Math.min(sizePx - 1, Math.max(...ys));
  for (let y = top; y <= bottom; y++) {
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    polygon.forEach(([x0, y0], i) => {
      const [x1, y1] = polygon[(i + 1) % polygon.length]!;
      if (y < Math.min(y0, y1) || y > Math.max(y0, y1)) return;
      const crossings = y0 === y1 ? [x0, x1] : [x0 + ((x1 - x0) * (y - y0)) / (y1 - y0)];
      left = Math.min(left, ...crossings);
      right = Math.max(right, ...crossings);
    });
    const from = Math.max(0, Math.round(left));
    const to = Math.min(sizePx - 1, Math.round(right));
    if (from <= to) plane.fill(value, y * sizePx + from, y * sizePx + to + 1);
  }
}
