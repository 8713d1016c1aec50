import { invertMatrix } from './matrix.ts';
import type { Matrix, RgbImage } from './types.ts';

export interface WarpOptions {
  /** Of the result, pixels. */
  readonly width: number;
  readonly height: number;
  readonly interpolation: 'linear' | 'cubic';
  /** What lies outside the image: black, or the nearest pixel of its edge. */
  readonly border: 'zero' | 'replicate';
}

/** Coordinates are rounded to this part of a pixel, as OpenCV does. */
const STEPS = 32;
const WEIGHT_BITS = 15;

const LINEAR = weightTable(2, (t) => [1 - t, t]);
const CUBIC = weightTable(4, cubicWeights);

/**
 * Resamples an image: the pixel at p of the result shows the image at inverse(matrix)·p.
 * @param matrix image → result
 */
export function warpAffine(image: RgbImage, matrix: Matrix, options: WarpOptions): RgbImage {
  const { width, height } = options;
  const data = new Uint8Array(width * height * 3);
  const inverse = invertMatrix(matrix);
  if (options.interpolation === 'cubic') resample(image, inverse, data, width, height, CUBIC, 4, options.border);
  else resample(image, inverse, data, width, height, LINEAR, 2, options.border);
  return { width, height, data };
}

function resample(
  image: RgbImage,
  [a, b, tx, c, d, ty]: Matrix,
  out: Uint8Array,
  width: number,
  height: number,
  table: Int32Array,
  taps: number,
  border: WarpOptions['border'],
): void {
  const { data } = image;
  const stride = image.width * 3;
  const lead = taps / 2 - 1;
  const maxX = image.width - taps;
  const maxY = image.height - taps;
  const half = 1 << (2 * WEIGHT_BITS - 16 - 1);
  let o = 0;
  for (let y = 0; y < height; y++) {
    const rowX = b * y + tx;
    const rowY = d * y + ty;
    for (let x = 0; x < width; x++, o += 3) {
      const sx = Math.round((a * x + rowX) * STEPS);
      const sy = Math.round((c * x + rowY) * STEPS);
      const left = (sx >> 5) - lead;
      const top = (sy >> 5) - lead;
      const wx = (sx & 31) * taps;
      const wy = (sy & 31) * taps;
      let red = 0;
      let green = 0;
      let blue = 0;
      if (left >= 0 && top >= 0 && left <= maxX && top <= maxY) {
        let row = top * stride + left * 3;
        for (let v = 0; v < taps; v++, row += stride) {
          let r = 0;
          let g = 0;
          let bl = 0;
          for (let u = 0, p = row; u < taps; u++, p += 3) {
            const w = table[wx + u]!;
            r += w * data[p]!;
            g += w * data[p + 1]!;
            bl += w * data[p + 2]!;
          }
          const w = table[wy + v]!;
          red += (r >> 8) * (w >> 8);
          green += (g >> 8) * (w >> 8);
          blue += (bl >> 8) * (w >> 8);
        }
      } else {
        if (border === 'zero' && (left + taps <= 0 || top + taps <= 0 || left >= image.width || top >= image.height)) continue;
        for (let v = 0; v < taps; v++) {
          const py = top + v;
          const insideY = py >= 0 && py < image.height;
          if (!insideY && border === 'zero') continue;
          const row = Math.min(Math.max(py, 0), image.height - 1) * stride;
          let r = 0;
          let g = 0;
          let bl = 0;
          for (let u = 0; u < taps; u++) {
            const px = left + u;
            if (border === 'zero' && (px < 0 || px >= image.width)) continue;
            const p = row + Math.min(Math.max(px, 0), image.width - 1) * 3;
            const w = table[wx + u]!;
            r += w * data[p]!;
            g += w * data[p + 1]!;
            bl += w * data[p + 2]!;
          }
          const w = table[wy + v]!;
          red += (r >> 8) * (w >> 8);
          green += (g >> 8) * (w >> 8);
          blue += (bl >> 8) * (w >> 8);
        }
      }
      out[o] = clampByte((red + half) >> 14);
      out[o + 1] = clampByte((green + half) >> 14);
      out[o + 2] = clampByte((blue + half) >> 14);
    }
  }
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Weights for every 1/32 of a pixel, scaled to sum to 2^15. */
function weightTable(taps: number, weights: (t: number) => number[]): Int32Array {
  const table = new Int32Array(STEPS * taps);
  for (let step = 0; step < STEPS; step++) {
    weights(step / STEPS).forEach((weight, i) => {
      table[step * taps + i] = Math.round(weight * (1 << WEIGHT_BITS));
    });
  }
  return table;
}

/** Keys' cubic convolution with a = -0.75, OpenCV's choice. */
function cubicWeights(t: number): number[] {
  const a = -0.75;
  const near = (s: number): number => ((a + 2) * s - (a + 3)) * s * s + 1;
  const far = (s: number): number => ((a * s - 5 * a) * s + 8 * a) * s - 4 * a;
  const weights = [far(1 + t), near(t), near(1 - t)];
  return [...weights, 1 - weights[0]! - weights[1]! - weights[2]!];
}
