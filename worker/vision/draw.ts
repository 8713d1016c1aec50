import { alignFace, cropMatrix } from './alignment.ts';
import { applyMatrix, composeMatrix, invertMatrix, transformPoints } from './matrix.ts';
import type { Landmarks, Matrix, Point, RgbImage } from './types.ts';

/** Red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number];

function setPixel({ width, height, data }: RgbImage, x: number, y: number, [r, g, b]: Colour): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const at = (y * width + x) * 3;
  data[at] = r;
  data[at + 1] = g;
  data[at + 2] = b;
}

/** The part of a line inside [0, width] × [0, height], or null (Liang and Barsky). */
function clipLine(a: Point, b: Point, width: number, height: number): readonly [Point, Point] | null {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  let from = 0;
  let to = 1;
  for (const [step, room] of [
    [-dx, a[0]],
    [dx, width - a[0]],
    [-dy, a[1]],
    [dy, height - a[1]],
  ] as const) {
    if (step === 0 && room < 0) return null;
    if (step < 0) from = Math.max(from, room / step);
    if (step > 0) to = Math.min(to, room / step);
  }
  if (!(from <= to)) return null;
  return [
    [a[0] + from * dx, a[1] + from * dy],
    [a[0] + to * dx, a[1] + to * dy],
  ];
}

/** Draws a line one pixel wide into the image; what lies outside is cut off. Points that are not finite draw nothing. */
export function drawLine(image: RgbImage, from: Point, to: Point, colour: Colour): void {
  const clipped = clipLine(from, to, image.width, image.height);
  if (clipped === null) return;
  const [[ax, ay], [bx, by]] = clipped;
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(bx - ax), Math.abs(by - ay))));
  for (let i = 0; i <= steps; i++) {
    const x = ax + ((bx - ax) * i) / steps;
    const y = ay + ((by - ay) * i) / steps;
    setPixel(image, Math.round(x), Math.round(y), colour);
  }
}

/** Draws lines through points in order, and back to the first when `closed`. */
export function drawPolygon(image: RgbImage, points: readonly Point[], colour: Colour, closed = true): void {
  for (let i = 1; i < points.length; i++) drawLine(image, points[i - 1]!, points[i]!, colour);
  if (closed && points.length > 1) drawLine(image, points.at(-1)!, points[0]!, colour);
}

/** Fills a circle. */
export function drawCircle(image: RgbImage, [x, y]: Point, radiusPx: number, colour: Colour): void {
  const bottom = Math.min(image.height - 1, Math.floor(y + radiusPx));
  const right = Math.min(image.width - 1, Math.floor(x + radiusPx));
  for (let row = Math.max(0, Math.ceil(y - radiusPx)); row <= bottom; row++) {
    for (let column = Math.max(0, Math.ceil(x - radiusPx)); column <= right; column++) {
      if (Math.hypot(column - x, row - y) <= radiusPx) setPixel(image, column, row, colour);
    }
  }
}

/**
 * Tints the image where a mask is bright.
 * @param mask one level for each pixel of the image
 * @param opacity 0 to 1 at level 255
 * @throws RangeError when the mask has another size
 */
export function blendMask(image: RgbImage, mask: Uint8Array, colour: Colour, opacity: number): void {
  if (mask.length !== image.width * image.height) {
    throw new RangeError(
      `a mask of ${mask.length} levels does not fit ${image.width}×${image.height} pixels`,
    );
  }
  for (let i = 0; i < mask.length; i++) {
    const share = (mask[i]! / 255) * opacity;
    for (let c = 0; c < 3; c++) {
      const at = 3 * i + c;
      image.data[at] = Math.round(image.data[at]! * (1 - share) + colour[c]! * share);
    }
  }
}

/** The lines of a 68-point face: first landmark, last landmark, closed. */
export const LANDMARK_LINES: readonly (readonly [from: number, to: number, closed: boolean])[] = [
  [0, 16, false],
  [17, 21, false],
  [22, 26, false],
  [27, 30, false],
  [31, 35, false],
  [36, 41, true],
  [42, 47, true],
  [48, 59, true],
  [60, 67, true],
];

const LINE_COLOUR: Colour = [0, 200, 255];
const POINT_COLOUR: Colour = [255, 240, 0];
const BOX_COLOUR: Colour = [0, 255, 80];

/**
 * Draws a face's landmarks and the outline of its face-centred crop over an image.
 * @param landmarks 4, 51, 68 or 98 points in frame pixels; the lines between them are drawn for 68 only
 * @param matrix frame pixels → pixels of the image
 */
export function drawLandmarks(image: RgbImage, landmarks: Landmarks, matrix: Matrix): void {
  const points = transformPoints(matrix, landmarks);
  const point = (i: number): Point => [points[2 * i]!, points[2 * i + 1]!];
  const box = cropMatrix(alignFace(landmarks), { centering: 'face', sizePx: 256 });
  const fromBox = composeMatrix(matrix, invertMatrix(box));
  const corners = [
    [0, 0],
    [255, 0],
    [255, 255],
    [0, 255],
  ] as const;
  drawPolygon(
    image,
    corners.map(([x, y]) => applyMatrix(fromBox, x, y)),
    BOX_COLOUR,
  );
  for (const [from, to, closed] of points.length === 2 * 68 ? LANDMARK_LINES : []) {
    const line = Array.from({ length: to - from + 1 }, (_, i) => point(from + i));
    drawPolygon(image, line, LINE_COLOUR, closed);
  }
  const radiusPx = Math.max(1, Math.min(image.width, image.height) / 256);
  for (let i = 0; i < points.length / 2; i++) drawCircle(image, point(i), radiusPx, POINT_COLOUR);
}
