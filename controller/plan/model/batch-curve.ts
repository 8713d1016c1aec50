import type { RatePoints } from './rate-points.ts';

/** A batch size worth choosing, and the seconds that one frame takes in it. */
export interface BatchStep {
  readonly batch: number;
  readonly secPerFrame: number;
}

/** Guess: a run costs as much as this many items besides its items. */
const GUESSED_RUN_ITEMS = 1;

/**
 * How the time per frame falls with the batch: the corners of the lower convex hull of seconds per frame over batches 1..maxBatch, the
 * first at batch 1. Between two known batches the time of a *run* is a straight line; below the smallest, a run is taken to cost one
 * item besides its items; above the largest, nothing is gained. A larger batch never counts as slower than a smaller one.
 */
export function batchCurve({ points }: RatePoints, maxBatch: number): readonly BatchStep[] {
  const corners: BatchStep[] = [];
  let fastestSec = Number.POSITIVE_INFINITY;
  for (let batch = 1; batch <= maxBatch; batch++) {
    const secPerFrame = runSec(points, batch) / batch;
    if (secPerFrame >= fastestSec) continue;
    fastestSec = secPerFrame;
    const next = { batch, secPerFrame };
    while (corners.length > 1 && slope(corners.at(-2)!, corners.at(-1)!) >= slope(corners.at(-1)!, next))
      corners.pop();
    corners.push(next);
  }
  return corners;
}

/** Seconds of a frame in a batch between two steps: those of the smaller step. */
export function secPerFrameAt(curve: readonly BatchStep[], batch: number): number {
  let at = 0;
  while (at + 1 < curve.length && curve[at + 1]!.batch <= batch) at += 1;
  return curve[at]!.secPerFrame;
}

/** Seconds per frame gained by each further item of a batch; negative. */
function slope(from: BatchStep, to: BatchStep): number {
  return (to.secPerFrame - from.secPerFrame) / (to.batch - from.batch);
}

function runSec(points: RatePoints['points'], batch: number): number {
  const after = points.findIndex((point) => point.batch >= batch);
  if (after === -1) return batch / points.at(-1)!.framesPerSec;
  const right = points[after]!;
  const rightSec = right.batch / right.framesPerSec;
  const left = points[after - 1];
  if (left === undefined) return (rightSec * (batch + GUESSED_RUN_ITEMS)) / (right.batch + GUESSED_RUN_ITEMS);
  const leftSec = left.batch / left.framesPerSec;
  return leftSec + ((rightSec - leftSec) * (batch - left.batch)) / (right.batch - left.batch);
}
