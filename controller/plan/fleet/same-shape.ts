import { passFramesPerSec, passSec } from '../model/predicted-time.ts';
import type { Plan } from '../plan.ts';
import type { PlanOptions, RoleNeed } from '../problem.ts';
import { type BestPass, splitAmong } from './best-pass.ts';
import type { RatedClass } from './rate-table.ts';

/** Where the passes and stages of a plan begin and end in a flow; null when its roles are not those of the flow. */
export function shapeOf({ passes }: Plan, roles: readonly RoleNeed[]): BestPass['stages'][] | null {
  const planned = passes.flatMap(({ stages }) => stages.flatMap((stage) => stage.roles));
  if (planned.join() !== roles.map(({ role }) => role).join()) return null;
  let at = 0;
  return passes.map(({ stages }) =>
    stages.map((stage) => {
      const from = at;
      at += stage.roles.length;
      return [from, at] as const;
    }),
  );
}

/** The best passes of exactly this shape and their predicted seconds; null when it does not fit. */
export function passesOfShape(
  shape: readonly BestPass['stages'][],
  classes: readonly RatedClass[],
  options: PlanOptions,
): { readonly passes: readonly BestPass[]; readonly sec: number } | null {
  let sec = 0;
  const passes: BestPass[] = [];
  for (const stages of shape) {
    const split = splitAmong(stages, classes, options, 0);
    if (split === null) return null;
    passes.push({ stages, split, coLocatedFramesPerSec: stages.length === 1 ? split.framesPerSec : 0 });
    sec += passSec(passFramesPerSec([split.framesPerSec], options), options);
  }
  return { passes, sec };
}
