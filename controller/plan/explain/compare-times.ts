import type { PlanResult } from '../plan.ts';
import { duration, rate } from './format-numbers.ts';

/** Two plans of the same extraction in one sentence: the predicted time, or the rate when the frames are not counted. */
export function compareTimes(before: PlanResult, after: PlanResult): string {
  const factor = speedOf(after) / speedOf(before);
  const times = Number.isFinite(factor) ? ` (${factor.toFixed(2)} times as fast)` : '';
  return `What if: ${outcome(after)}; without the change: ${outcome(before)}${times}`;
}

function outcome(result: PlanResult): string {
  switch (result.outcome) {
    case 'planned':
      if (result.durationSec !== null) return duration(result.durationSec);
      return result.framesPerSec === null ? 'planned' : rate(result.framesPerSec);
    case 'refused':
      return 'does not fit';
    case 'error':
      return result.code;
  }
}

/** Frames/s, or extractions/s when the duration is known; NaN when there is no plan. */
function speedOf(result: PlanResult): number {
  if (result.outcome !== 'planned') return Number.NaN;
  if (result.durationSec !== null) return 1 / result.durationSec;
  return result.framesPerSec ?? Number.NaN;
}
