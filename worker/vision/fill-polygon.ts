import type { GrayImage } from './gray-image.ts';
import type { Point } from './types.ts';

/**
 * Fills a convex polygon, edges included, without smoothing: the pixels of OpenCV's `fillConvexPoly` with `LINE_8`, which
 * are those between the edges' intersections with each row and those of the 8-connected lines along the edges. Parts
 * outside the image are cut off.
 * @param corners whole pixel coordinates, in order around the polygon; one or two corners make a point or a line
 * @param level 0 to 255
 */
export function fillConvexPolygon(image: GrayImage, corners: readonly Point[], level: number): void {
  const { width, height, data } = image;
  const first = new Float64Array(height).fill(Number.POSITIVE_INFINITY);
  const last = new Float64Array(height).fill(Number.NEGATIVE_INFINITY);
  corners.forEach((corner, i) => {
    const other = corners[(i + 1) % corners.length]!;
    const bottom = Math.min(height - 1, Math.max(corner[1], other[1]));
    for (let y = Math.max(0, Math.min(corner[1], other[1])); y <= bottom; y++) {
      const [from, to] = rowOfLine(corner, other, y);
      const crossing = rowCrossing(corner, other, y);
      first[y] = Math.min(first[y]!, from, crossing);
      last[y] = Math.max(last[y]!, to, crossing);
    }
  });
  for (let y = 0; y < height; y++) {
    const from = Math.max(0, first[y]!);
    const to = Math.min(width - 1, last[y]!);
    if (from <= to) data.fill(level, y * width + from, y * width + to + 1);
  }
}

/** The first and last column of an 8-connected line in one of its rows; drawn from the left, halves stay behind. */
function rowOfLine(a: Point, b: Point, y: number): readonly [number, number] {
  const [[x0, y0], [x1, y1]] = a[0] <= b[0] ? [a, b] : [b, a];
  if (y0 === y1) return [x0, x1];
  const steps = Math.abs(y - y0);
  const slope = (x1 - x0) / Math.abs(y1 - y0);
  if (slope <= 1) {
    const x = Math.ceil(x0 + steps * slope - 0.5);
    return [x, x];
  }
  const from = Math.floor(x0 + (steps - 0.5) * slope) + 1;
  return [Math.max(x0, from), Math.min(x1, Math.floor(x0 + (steps + 0.5) * slope))];
}

/** The column where an edge crosses a row, from steps of 1/65536 px per row; halves go right. */
function rowCrossing(a: Point, b: Point, y: number): number {
  const [[x0, y0], [x1, y1]] = a[1] <= b[1] ? [a, b] : [b, a];
  if (y0 === y1) return x0;
  const one = 65536;
  const rows = y1 - y0;
  const step = Math.trunc(((x1 - x0) * one * 2 + rows) / (2 * rows));
  return Math.floor((x0 * one + (y - y0) * step) / one + 0.5);
}
