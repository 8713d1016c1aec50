import type { PlanOptions } from '../problem.ts';

/** Frames that are assumed when they are not counted yet. */
const NOMINAL_FRAMES = 100_000;

type TimeOptions = Pick<PlanOptions, 'framesTotal' | 'passStartSec' | 'feedFramesPerSec'>;

/** Frames/s of a pass: of its slowest stage, and never more than the conductor feeds. */
export function passFramesPerSec(
  stageFramesPerSec: readonly number[],
  { feedFramesPerSec }: TimeOptions,
): number {
  return Math.min(feedFramesPerSec ?? Number.POSITIVE_INFINITY, ...stageFramesPerSec);
}

/** Seconds of one pass: the start of its workers and every frame once. Infinite when a stage makes no frames. */
export function passSec(framesPerSec: number, { framesTotal, passStartSec }: TimeOptions): number {
  const frames = framesTotal ?? NOMINAL_FRAMES;
  return passStartSec + (frames === 0 ? 0 : frames / framesPerSec);
}

/**
 * The predicted time of a plan in seconds, the one number that plans are compared by: its passes run one after the other.
 * @param passes frames/s of every stage of every pass
 */
export function predictedSec(passes: readonly (readonly number[])[], options: TimeOptions): number {
  let sec = 0;
  for (const stages of passes) sec += passSec(passFramesPerSec(stages, options), options);
  return sec;
}
