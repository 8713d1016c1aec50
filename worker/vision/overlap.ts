import type { Box } from './types.ts';

/** How the overlap of two boxes is measured. */
export interface OverlapMeasure {
  /** Intersection over union, or over the smaller box. Default `iou`. */
  readonly over?: 'iou' | 'iom';
  /** Count edges as whole pixels: widths and heights are larger by one (the habit of the first published detectors). */
  readonly plusOne?: boolean;
}

/** The overlap of two boxes, 0 to 1; 0 when either is empty. */
export function overlap(a: Box, b: Box, { over = 'iou', plusOne = false }: OverlapMeasure = {}): number {
  const one = plusOne ? 1 : 0;
  const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x) + one;
  const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y) + one;
  if (!(width > 0 && height > 0)) return 0;
  const intersection = width * height;
  const areaA = (a.w + one) * (a.h + one);
  const areaB = (b.w + one) * (b.h + one);
  return intersection / (over === 'iom' ? Math.min(areaA, areaB) : areaA + areaB - intersection);
}
