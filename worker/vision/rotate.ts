import { applyMatrix } from './matrix.ts';
import type { Box, Matrix, RgbImage } from './types.ts';
import { warpAffine } from './warp.ts';

/**
 * The map that turns an image's content counter-clockwise, as seen on screen, about the middle of its pixel grid.
 * @param scale size of the content afterwards; see `rotationFitScale`
 */
export function rotation(angleDeg: number, width: number, height: number, scale = 1): Matrix {
  const angle = (angleDeg * Math.PI) / 180;
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const x = (width - 1) / 2;
  const y = (height - 1) / 2;
  return [cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y];
}

/**
 * The largest scale up to 1 at which a turned image still fits into its own size. 1 for squares at right angles;
 * 0.75 for 320 × 240 at 90°, which would lose its sides otherwise.
 */
export function rotationFitScale(angleDeg: number, width: number, height: number): number {
  const angle = (angleDeg * Math.PI) / 180;
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const scale = Math.min(1, width / (width * cos + height * sin), height / (width * sin + height * cos));
  return scale > 1 - 1e-9 ? 1 : scale;
}

/** Turns an image as `rotation` says, within its own size; the corners that open show its nearest pixels. */
export function rotateImage(image: RgbImage, turn: Matrix): RgbImage {
  const { width, height } = image;
  return warpAffine(image, turn, { width, height, interpolation: 'linear', border: 'replicate' });
}

/** The axis-aligned bounds of a box after a map; give an inverse to take boxes found in a turned image back. */
export function mapBox(matrix: Matrix, { x, y, w, h }: Box): Box {
  const [ax, ay] = applyMatrix(matrix, x, y);
  const [bx, by] = applyMatrix(matrix, x + w, y);
  const [cx, cy] = applyMatrix(matrix, x, y + h);
  const [dx, dy] = applyMatrix(matrix, x + w, y + h);
  const left = Math.min(ax, bx, cx, dx);
  const top = Math.min(ay, by, cy, dy);
  return { x: left, y: top, w: Math.max(ax, bx, cx, dx) - left, h: Math.max(ay, by, cy, dy) - top };
}
