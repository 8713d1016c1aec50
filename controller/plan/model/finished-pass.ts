import type { Pass, Stage } from '../plan.ts';
import type { PlanOptions } from '../problem.ts';
import { passFramesPerSec, passSec } from './predicted-time.ts';

/** A pass of these stages, with its rate, bottleneck and duration. */
export function finishedPass(stages: readonly Stage[], options: PlanOptions): Pass {
  const rates = stages.map(({ framesPerSec }) => framesPerSec);
  const framesPerSec = passFramesPerSec(rates, options);
  const sec = passSec(framesPerSec, options);
  return {
    stages,
    framesPerSec,
    bottleneck: rates.indexOf(Math.min(...rates)),
    durationSec: options.framesTotal === null || !Number.isFinite(sec) ? null : sec,
  };
}
