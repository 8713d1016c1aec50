import type { GrayImage } from './gray-image.ts';
import { drawHardLine } from './hard-line.ts';
import { drawSmoothLine } from './smooth-line.ts';
import type { Point } from './types.ts';

/** Fraction of a pixel in which crossings are counted. */
const ONE = 65536;

/**
 * Fills a convex polygon: OpenCV's `fillConvexPoly` on one channel of bytes, with `LINE_8` (edges included) or, when
 * `smooth`, `LINE_AA` (edges drawn over what is there as smooth lines, then the pixels wholly between them filled). Parts
 * outside the image are cut off.
 * @param corners whole pixel coordinates, in order around the polygon; one or two corners make a point or a line
 * @param level 0 to 255
 */
export function fillConvexPolygon(
  image: GrayImage,
  corners: readonly Point[],
  level: number,
  smooth = false,
): void {
  const drawLine = smooth ? drawSmoothLine : drawHardLine;
  corners.forEach((corner, i) => void drawLine(image, corners.at(i - 1)!, corner, level));
  if (corners.length < 3) return;
  const { width, height, data } = image;
  const ys = corners.map(([, y]) => y);
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const sides = [1, -1].map((direction) => outline(corners, ys.indexOf(top), direction, bottom));
  const [first, last] = smooth ? [ONE - 1, 0] : [ONE / 2, ONE / 2];
  const end = Math.min(bottom, height - 1);
  for (let y = Math.max(0, top); y <= end; y++) {
    // OpenCV goes on along the last edges in the last row of a smooth polygon
    const edgeRow = smooth && y === end && y > top ? y - 1 : y;
    const crossings = sides.map((side) => crossing(side, edgeRow, y));
    const from = Math.max(0, Math.floor((Math.min(...crossings) + first) / ONE));
    const to = Math.min(width - 1, Math.floor((Math.max(...crossings) + last) / ONE));
    if (from <= to) data.fill(level, y * width + from, y * width + to + 1);
  }
}

/** The corners down one side of a polygon, from the one before its first lower one to its first lowest one. */
function outline(corners: readonly Point[], top: number, direction: number, bottom: number): Point[] {
  const count = corners.length;
  const side = [corners[top]!];
  for (let i = 1; i < count && side.at(-1)![1] < bottom; i++) {
    const corner = corners[(top + i * direction + count) % count]!;
    if (corner[1] === side.at(-1)![1]) side.pop();
    side.push(corner);
  }
  return side;
}

/** Where the edge of a side that passes `edgeRow` is in row `y`, in 1/65536 px, by steps of that size per row. */
function crossing(side: readonly Point[], edgeRow: number, y: number): number {
  let i = 0;
  while (i < side.length - 2 && side[i + 1]![1] <= edgeRow) i++;
  const [x0, y0] = side[i]!;
  const [x1, y1] = side[i + 1] ?? side[i]!;
  const rows = y1 - y0;
  const step = rows === 0 ? 0 : Math.trunc(((x1 - x0) * ONE * 2 + rows) / (2 * rows));
  return x0 * ONE + (y - y0) * step;
}
