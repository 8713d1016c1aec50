import type { GrayImage } from './gray-image.ts';

/**
 * Sets levels near the ends to the ends: those below `percent` to 0, those above 100 − `percent` to 255.
 * @param percent 0 (nothing changes) to 50
 */
export function thresholdMask({ width, height, data }: GrayImage, percent: number): GrayImage {
  const low = percent * 2.55;
  const high = 255 - low;
  return { width, height, data: data.map((level) => (level < low ? 0 : level > high ? 255 : level)) };
}
