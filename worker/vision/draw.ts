import { applyMatrix } from './matrix.ts';
import type { Landmarks, Matrix, RgbImage } from './types.ts';

/** 8-bit red, green and blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

const LANDMARK: Rgb = [0, 255, 0];

/** Fills a square of `radiusPx` around a point; what lies outside the image is left out. */
export function drawDot(image: RgbImage, x: number, y: number, radiusPx: number, colour: Rgb): void {
  const cx = Math.round(x);
  const cy = Math.round(y);
  for (let v = Math.max(0, cy - radiusPx); v <= Math.min(image.height - 1, cy + radiusPx); v++) {
    for (let u = Math.max(0, cx - radiusPx); u <= Math.min(image.width - 1, cx + radiusPx); u++) {
      image.data.set(colour, (v * image.width + u) * 3);
    }
  }
}

/** Draws landmarks (source pixels) into an image whose pixels `matrix` maps them to. */
export function drawLandmarks(image: RgbImage, landmarks: Landmarks, matrix: Matrix): void {
  const radiusPx = Math.max(1, Math.round(image.width / 256));
  for (let i = 0; i < landmarks.length; i += 2) {
    const [x, y] = applyMatrix(matrix, landmarks[i]!, landmarks[i + 1]!);
    drawDot(image, x, y, radiusPx, LANDMARK);
  }
}

/** Lays a colour over the image where the mask (same size, 0..255) is set. */
export function blendMask(image: RgbImage, mask: Uint8Array, colour: Rgb, opacity: number): void {
  for (let i = 0; i < mask.length; i++) {
    const share = (mask[i]! / 255) * opacity;
    for (let k = 0; k < 3; k++) {
      image.data[3 * i + k] = Math.round(image.data[3 * i + k]! * (1 - share) + colour[k]! * share);
    }
  }
}
