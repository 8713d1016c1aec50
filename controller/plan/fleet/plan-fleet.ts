import type { Plan, PlanResult } from '../plan.ts';
import type { Problem } from '../problem.ts';
import { bestPasses } from './best-passes.ts';
import { place } from './place.ts';
import { planOnCpus } from './plan-on-cpus.ts';
import { rateTable } from './rate-table.ts';
import { batchReasons, limitReasons, originReasons, shapeReasons } from './reasons.ts';
import { shortfalls } from './shortfalls.ts';
import { usableDevices } from './usable-devices.ts';

/**
 * Plans over all GPUs by predicted time: co-located, pipelined or in several passes, whichever ends first. Without GPUs, over CPUs.
 * @param running the plan that is being carried out: equal stages stay on their nodes
 */
export function planFleet(problem: Problem, running: Plan | null = null): PlanResult {
  const { id, policy, roles, options } = problem;
  const usable = usableDevices(problem.nodes, options);
  const needsGpu = roles.some(({ device }) => device === 'gpu');
  const onCpus = options.device === 'cpu' || (options.device === 'auto' && !(needsGpu && usable.hasGpus));
  if (onCpus) return planOnCpus(problem, usable);
  const short = shortfalls(roles, usable.pools, options);
  const isRefused = short.length > 0 && !(options.allowOversize && usable.pools.length > 0);
  const refusal = { outcome: 'refused', id, policy, shortfalls: short, reasons: usable.leftOut } as const;
  if (isRefused) return refusal;
  const classes = rateTable(roles, usable.pools, options);
  const best = bestPasses(classes, roles.length, options);
  if (best === null) return refusal;
  const passes = best.passes.map((pass) => place(pass, classes, options, running));
  return {
    outcome: 'planned',
    id,
    policy,
    passes,
    framesPerSec: 1 / passes.reduce((sum, { framesPerSec }) => sum + 1 / framesPerSec, 0),
    durationSec: passes.reduce<number | null>(
      (sum, { durationSec }) => (sum === null || durationSec === null ? null : sum + durationSec),
      0,
    ),
    reasons: [
      ...usable.leftOut,
      ...shapeReasons(passes, best, options),
      ...batchReasons(passes, classes),
      ...originReasons(passes, classes),
      ...limitReasons(passes, classes, options),
    ],
    seed: null,
  };
}
