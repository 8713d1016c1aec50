import { matrixScale } from './matrix.ts';
import type { Matrix } from './types.ts';

/** OpenCV's codes of interpolators, as alignments files store them. */
const LINEAR = 1;
const AREA = 3;

/** A mask resized for storage, and the map from the frame to it. */
export interface StorableMask {
  readonly pixels: Uint8Array;
  readonly matrix: Matrix;
  /** Interpolator code for the way back to the frame. */
  readonly interpolator: number;
}

/**
 * Resizes a square mask to its stored size by averaging areas.
 * @param pixels sizePx² values 0..255
 * @param matrix frame → the mask's crop; scaled without a half-pixel shift
 */
export function storeMask(
  pixels: Uint8Array,
  sizePx: number,
  matrix: Matrix,
  storedPx: number,
): StorableMask {
  const scale = storedPx / sizePx;
  const scaled = matrix.map((value) => value * scale) as unknown as Matrix;
  return {
    pixels: sizePx === storedPx ? pixels : averageAreas(pixels, sizePx, storedPx),
    matrix: scaled,
    interpolator: matrixScale(scaled) < 1 ? LINEAR : AREA,
  };
}

function averageAreas(pixels: Uint8Array, sizePx: number, storedPx: number): Uint8Array {
  const out = new Uint8Array(storedPx * storedPx);
  const step = sizePx / storedPx;
  for (let y = 0; y < storedPx; y++) {
    for (let x = 0; x < storedPx; x++) {
      const [y0, y1, x0, x1] = [y * step, (y + 1) * step, x * step, (x + 1) * step];
      let sum = 0;
      let area = 0;
      for (let v = Math.floor(y0); v < Math.min(sizePx, Math.ceil(y1)); v++) {
        const height = Math.min(v + 1, y1) - Math.max(v, y0);
        for (let u = Math.floor(x0); u < Math.min(sizePx, Math.ceil(x1)); u++) {
          const weight = height * (Math.min(u + 1, x1) - Math.max(u, x0));
          sum += weight * pixels[v * sizePx + u]!;
          area += weight;
        }
      }
      out[y * storedPx + x] = Math.round(sum / area);
    }
  }
  return out;
}
