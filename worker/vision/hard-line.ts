import { clipSegment } from './clip-segment.ts';
import type { GrayImage } from './gray-image.ts';
import type { Point } from './types.ts';

/**
 * Draws a line one pixel wide: OpenCV's `line` with `LINE_8` (Bresenham from the left) on one channel.
 * @param from whole pixel coordinates, like `to`; what lies outside the image is cut off
 * @param level 0 to 255
 */
export function drawHardLine(image: GrayImage, from: Point, to: Point, level: number): void {
  const clipped = clipSegment(from, to, image.width - 1, image.height - 1);
  if (clipped === null) return;
  const [a, b] = clipped;
  const [[x, y], [endX, endY]] = a[0] <= b[0] ? [a, b] : [b, a];
  const across = endX - x;
  const down = Math.abs(endY - y);
  const long = Math.max(across, down);
  const short = Math.min(across, down);
  const rowStep = endY < y ? -image.width : image.width;
  const [longStep, shortStep] = down > across ? [rowStep, 1] : [1, rowStep];
  let at = y * image.width + x;
  for (let i = 0, error = long - 2 * short; i <= long; i++) {
    image.data[at] = level;
    at += error < 0 ? longStep + shortStep : longStep;
    error += (error < 0 ? 2 * long : 0) - 2 * short;
  }
}
