import { checkGray, type GrayImage } from './gray-image.ts';
import type { Span } from './span.ts';

/** `resample` for one channel, with the sums in floating point. */
export function resampleGray(image: GrayImage, columns: readonly Span[], rows: readonly Span[]): GrayImage {
  checkGray(image);
  const width = columns.length;
  const data = new Uint8ClampedArray(width * rows.length);
  const narrowed = new Map<number, Float64Array>();
  const narrow = (row: number): Float64Array => {
    const known = narrowed.get(row);
    if (known !== undefined) return known;
    const sums = new Float64Array(width);
    columns.forEach(({ start, weights }, x) => {
      const from = row * image.width + start;
      for (let i = 0; i < weights.length; i++) sums[x]! += image.data[from + i]! * weights[i]!;
    });
    narrowed.set(row, sums);
    return sums;
  };
  const sums = new Float64Array(width);
  rows.forEach(({ start, weights }, y) => {
    for (const row of narrowed.keys()) if (row < start) narrowed.delete(row);
    sums.fill(0);
    weights.forEach((weight, i) => {
      const row = narrow(start + i);
      for (let x = 0; x < width; x++) sums[x]! += row[x]! * weight;
    });
    // a millionth is arithmetic noise and must not decide a half; the clamped array rounds halves to even, as OpenCV does
    for (let x = 0; x < width; x++) data[y * width + x] = Math.round(sums[x]! * 1e6) / 1e6;
  });
  return { width, height: rows.length, data: new Uint8Array(data.buffer) };
}
