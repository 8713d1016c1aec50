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
  const data = new Uint8Array(image.data.length);
  for (let channel = 0; channel < 3; channel++) {
    if (normalisation === 'clahe') equaliseTiles(image, channel, data);
    else {
      const counts = histogram(image.data, channel);
      const table = normalisation === 'hist' ? equalised(counts) : stretched(counts);
      for (let i = channel; i < data.length; i += 3) data[i] = table[image.data[i]!]!;
    }
  }
  return { width: image.width, height: image.height, data };
}

function equaliseTiles({ width, height, data }: RgbImage, channel: number, out: Uint8Array): void {
  const plane = new Uint8Array(width * height);
  for (let i = 0; i < plane.length; i++) plane[i] = data[3 * i + channel]!;
  const levels = clahe({ width, height, data: plane }, 2, 4).data;
  for (let i = 0; i < plane.length; i++) out[3 * i + channel] = levels[i]!;
}

function histogram(data: Uint8Array, channel: number): Int32Array {
  const counts = new Int32Array(256);
  for (let i = channel; i < data.length; i += 3) counts[data[i]!]!++;
  return counts;
}

/** Level → its place in the running sum of the histogram (OpenCV's `equalizeHist`); a flat plane stays as it is. */
function equalised(counts: Int32Array): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const lowest = counts.findIndex((count) => count > 0);
  if (counts[lowest] === total) return table.fill(lowest);
  const scale = Math.fround(255 / (total - counts[lowest]!));
  let sum = 0;
  for (let level = lowest + 1; level < 256; level++) {
    sum += counts[level]!;
    table[level] = Math.fround(sum * scale);
  }
  return table;
}

/** Level → 0 for the lowest to 255 for the highest that occurs; a flat plane becomes 0. */
function stretched(counts: Int32Array): Uint8ClampedArray {
  const lowest = counts.findIndex((count) => count > 0);
  const highest = counts.findLastIndex((count) => count > 0);
  const range = Math.max(1, highest - lowest);
  return Uint8ClampedArray.from({ length: 256 }, (_, level) => Math.trunc(((level - lowest) / range) * 255));
}
