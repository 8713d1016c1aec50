import { passFramesPerSec, passSec } from '../model/predicted-time.ts';
import type { PlanOptions } from '../problem.ts';
import { type BestPass, bestPass } from './best-pass.ts';
import type { RatedClass } from './rate-table.ts';

/** Most stages of a pass, by the roles of the flow: the cuts that are tried stay at some thousands. */
function mostStages(roles: number): number {
  return roles <= 6 ? 6 : roles <= 8 ? 5 : roles <= 12 ? 4 : 3;
}

/** The passes with the least predicted time, and what a single pass would make. */
export interface BestPasses {
  readonly passes: readonly BestPass[];
  /** The fastest single pass over the whole flow; null when none fits. */
  readonly onePass: BestPass | null;
  /** Predicted. */
  readonly sec: number;
}

/**
 * The sequence of passes with the least predicted time, over all ways to cut the flow into passes and these into stages. Of equally fast
 * ones the one with fewest passes. Null when some role fits on no device.
 */
export function bestPasses(
  classes: readonly RatedClass[],
  roles: number,
  options: PlanOptions,
): BestPasses | null {
  const most = mostStages(roles);
  const found: { sec: number; passes: readonly BestPass[] }[] = [{ sec: 0, passes: [] }];
  let onePass: BestPass | null = null;
  for (let to = 1; to <= roles; to++) {
    let best = { sec: Number.POSITIVE_INFINITY, passes: [] as readonly BestPass[] };
    for (let from = 0; from < to; from++) {
      const before = found[from]!;
      if (before.sec + options.passStartSec >= best.sec && to < roles) continue;
      const pass = bestPass(classes, from, to, options, most);
      if (from === 0) onePass = pass;
      if (pass === null) continue;
      const sec = before.sec + passSec(passFramesPerSec([pass.split.framesPerSec], options), options);
      if (sec < best.sec * (1 - 1e-9)) best = { sec, passes: [...before.passes, pass] };
    }
    found.push(best);
  }
  const whole = found[roles]!;
  return Number.isFinite(whole.sec) ? { passes: whole.passes, onePass, sec: whole.sec } : null;
}
