import { coreChoices } from '../model/core-choices.ts';
import { predictedSec } from '../model/predicted-time.ts';
import { isHeldUp } from '../model/replica.ts';
import type { Plan, PlanResult, Reason } from '../plan.ts';
import type { Problem } from '../problem.ts';
import { type BestPasses, bestPasses } from './best-passes.ts';
import { place } from './place.ts';
import { planOnCpus } from './plan-on-cpus.ts';
import { type RatedClass, rateTable, segments } from './rate-table.ts';
import {
  batchReasons,
  coresReasons,
  frameReasons,
  limitReasons,
  originReasons,
  shapeReasons,
  short,
} from './reasons.ts';
import { passesOfShape, shapeOf } from './same-shape.ts';
import { shortfalls } from './shortfalls.ts';
import { usableDevices } from './usable-devices.ts';

/** A running plan is cut anew only for a gain of more than this part of its time. */
const WORTH_A_RESTART = 0.1;

/**
 * Plans over all GPUs by predicted time: co-located, pipelined or in several passes, whichever ends first. Without GPUs, over CPUs.
 * @param running the plan that is being carried out: equal stages stay on their nodes
 */
export function planFleet(problem: Problem, running: Plan | null = null): PlanResult {
  let best: PlanResult | null = null;
  let bestSec = Number.POSITIVE_INFINITY;
  for (const workerCores of coreChoices(problem.options)) {
    const options = { ...problem.options, workerCores };
    const { result, coresLimit } = planWithCores({ ...problem, options }, running);
    const sec = secOf(result, options) * (isRunningWith(running, workerCores) ? 1 - WORTH_A_RESTART : 1);
    if (best === null || sec < bestSec * (1 - 1e-9)) {
      best = result;
      bestSec = sec;
    }
    if (!coresLimit) break;
  }
  return best!;
}

/** Predicted seconds; infinite when there is no plan. */
function secOf(result: PlanResult, options: Problem['options']): number {
  if (result.outcome !== 'planned') return Number.POSITIVE_INFINITY;
  const rates = result.passes.map(({ stages }) => stages.map(({ framesPerSec }) => framesPerSec));
  return predictedSec(rates, options);
}

function isRunningWith(running: Plan | null, workerCores: number): boolean {
  const group = running?.passes[0]?.stages[0]?.groups[0];
  return group !== undefined && group.device.resource !== null && group.placements[0]?.cores === workerCores;
}

/** The plan for workers with `workerCores`, and whether some worker could be faster with more. */
function planWithCores(
  problem: Problem,
  running: Plan | null,
): { readonly result: PlanResult; readonly coresLimit: boolean } {
  const { id, policy, roles, options } = problem;
  const usable = usableDevices(problem.nodes, options);
  const needsGpu = roles.some(({ device }) => device === 'gpu');
  const onCpus = !needsGpu || options.device === 'cpu' || (options.device === 'auto' && !usable.hasGpus);
  if (onCpus) return { result: planOnCpus(problem, usable), coresLimit: false };
  const short = shortfalls(roles, usable.pools, options);
  const isRefused = short.length > 0 && !(options.allowOversize && usable.pools.length > 0);
  const refusal = { outcome: 'refused', id, policy, shortfalls: short, reasons: usable.leftOut } as const;
  if (isRefused) return { result: refusal, coresLimit: false };
  const classes = rateTable(roles, usable.pools, options);
  const fastest = bestPasses(classes, roles.length, options);
  if (fastest === null) return { result: refusal, coresLimit: false };
  const best = keepShape(problem, classes, fastest, running);
  const passes = best.passes.map((pass) => place(pass, classes, options, running));
  const result: Plan = {
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
      ...(best === fastest ? [] : [keptReason(best.sec, fastest.sec)]),
      ...shapeReasons(passes, best, options, best === fastest),
      ...batchReasons(passes, classes),
      ...originReasons(passes, classes),
      ...frameReasons(options),
      ...coresReasons(passes, classes, options),
      ...limitReasons(passes, classes, options),
    ],
    seed: null,
  };
  return { result, coresLimit: someIsHeldUp(classes, roles.length) };
}

/** Whether some worker of some stage would be faster with more cores. */
function someIsHeldUp(classes: readonly RatedClass[], roles: number): boolean {
  return classes.some(({ pools }) =>
    segments(roles).some(([from, to]) => {
      const replica = pools[0]!.replica(from, to);
      return replica !== null && isHeldUp(replica);
    }),
  );
}

/** The passes and stages of the running plan, unless others are clearly faster. */
function keepShape(
  { roles, options }: Problem,
  classes: readonly RatedClass[],
  fastest: BestPasses,
  running: Plan | null,
): BestPasses {
  const shape = running === null ? null : shapeOf(running, roles);
  const same = shape === null ? null : passesOfShape(shape, classes, options);
  if (same === null || same.sec * (1 - WORTH_A_RESTART) > fastest.sec) return fastest;
  const isFastest = JSON.stringify(shape) === JSON.stringify(fastest.passes.map(({ stages }) => stages));
  if (isFastest) return fastest;
  return { ...fastest, ...same };
}

function keptReason(sec: number, fastestSec: number): Reason {
  return {
    code: 'StagesKept',
    numbers: { sec, fastestSec },
    sentence: `The running stages stay: others would gain ${short((1 - fastestSec / sec) * 100)} % of the time.`,
  };
}
