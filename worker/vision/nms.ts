import type { Box } from './types.ts';

/** A box with its confidence. */
export interface ScoredBox {
  readonly box: Box;
  readonly score: number;
}

/** Intersection over union of two boxes, 0..1. */
export function iou(a: Box, b: Box): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  if (w <= 0 || h <= 0) return 0;
  const both = w * h;
  return both / (a.w * a.h + b.w * b.h - both);
}

/**
 * Greedy non-maximum suppression: the best box stays, boxes that overlap it by more than `maxIou` go, and so on.
 * Best score first; equal scores keep their order.
 */
export function nms<T extends ScoredBox>(boxes: readonly T[], maxIou: number): T[] {
  const sorted = [...boxes].sort((a, b) => b.score - a.score);
  const kept: T[] = [];
  for (const candidate of sorted) {
    if (kept.every(({ box }) => iou(box, candidate.box) <= maxIou)) kept.push(candidate);
  }
  return kept;
}
