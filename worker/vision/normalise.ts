import { clahe } from './clahe.ts';
import type { RgbImage } from './types.ts';

/** How a crop's contrast is evened out before a model sees it. */
export type Normalisation = 'none' | 'clahe' | 'hist' | 'mean';

/**
 * Normalises each channel on its own: `clahe` (clip limit 2, 4 × 4 tiles), `hist` (histogram equalisation) or `mean`
 * (stretches the range that occurs to 0..255). `none` returns the image itself.
 */
export function normalise(image: RgbImage, normalisation: Normalisation): RgbImage {
  if (normalisation === 'none' || image.data.length === 0) return image;
  const { width, height } = image;
  const data = new Uint8Array(image.data.length);
  const plane = new Uint8Array(width * height);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane.length; i++) plane[i] = image.data[3 * i + channel]!;
    const levels = normalisePlane(plane, width, height, normalisation);
    for (let i = 0; i < plane.length; i++) data[3 * i + channel] = levels[i]!;
  }
  return { width, height, data };
}

function normalisePlane(
  data: Uint8Array,
  width: number,
  height: number,
  normalisation: 'clahe' | 'hist' | 'mean',
): Uint8Array {
  if (normalisation === 'clahe') return clahe({ width, height, data }, 2, 4).data;
  const table = normalisation === 'hist' ? equalised(data) : stretched(data);
  return data.map((level) => table[level]!);
}

/** Level → its place in the running sum of the histogram (OpenCV's `equalizeHist`); a flat plane stays as it is. */
function equalised(data: Uint8Array): Uint8ClampedArray {
  const counts = new Int32Array(256);
  for (const level of data) counts[level]!++;
  const table = new Uint8ClampedArray(256);
  const lowest = counts.findIndex((count) => count > 0);
  if (counts[lowest] === data.length) return table.fill(lowest);
  const scale = Math.fround(255 / (data.length - counts[lowest]!));
  let sum = 0;
  for (let level = lowest + 1; level < 256; level++) {
    sum += counts[level]!;
    table[level] = Math.fround(sum * scale);
  }
  return table;
}

/** Level → 0 for the lowest to 255 for the highest that occurs; a flat plane becomes 0. */
function stretched(data: Uint8Array): Uint8ClampedArray {
  let lowest = 255;
  let highest = 0;
  for (const level of data) {
    lowest = Math.min(lowest, level);
    highest = Math.max(highest, level);
  }
  const range = Math.max(1, highest - lowest);
  return Uint8ClampedArray.from({ length: 256 }, (_, level) => Math.trunc(((level - lowest) / range) * 255));
}
