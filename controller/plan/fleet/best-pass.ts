import type { PlanOptions } from '../problem.ts';
import { bestSplit } from './best-split.ts';
import { classOrders } from './class-orders.ts';
import { cuts } from './orders.ts';
import type { RatedClass } from './rate-table.ts';
import type { Split, SplitInput } from './split.ts';

/** First and one past the last role of every stage of a pass. */
export type Stages = readonly (readonly [from: number, to: number])[];

/** The fastest pass over a run of roles. */
export interface BestPass {
  readonly stages: Stages;
  readonly split: Split;
  /** Frames/s when all these roles share every device that they fit on; 0 when they fit on none. */
  readonly coLocatedFramesPerSec: number;
}

/** By the classes of a plan: of few of them, which each of its many splits asks for. */
const ORDERS = new WeakMap<readonly RatedClass[], Map<string, SplitInput['orders']>>();

type LimitOptions = Pick<PlanOptions, 'maxReplicas' | 'feedFramesPerSec'>;

/**
 * The fastest way to run the roles from `from` to before `to` in one pass: every cut into stages with the best split of the devices
 * among them. Of equally fast ones the one with fewest stages. Null when no cut fits.
 */
export function bestPass(
  classes: readonly RatedClass[],
  from: number,
  to: number,
  options: LimitOptions,
  mostStages: number,
): BestPass | null {
  const devices = Math.min(mostDevices(classes, options), countOf(classes));
  const enough = options.feedFramesPerSec ?? Number.POSITIVE_INFINITY;
  let best: Omit<BestPass, 'coLocatedFramesPerSec'> | null = null;
  let coLocatedFramesPerSec = 0;
  for (const ends of cuts(to - from, Math.min(mostStages, devices))) {
    const stages = ends.map((end, i) => [from + (ends[i - 1] ?? 0), from + end] as const);
    const split = splitAmong(stages, classes, options, best?.split.framesPerSec ?? 0);
    if (split === null) continue;
    best = { stages, split };
    if (stages.length === 1) coLocatedFramesPerSec = split.framesPerSec;
    if (split.framesPerSec >= enough) break;
  }
  return best === null ? null : { ...best, coLocatedFramesPerSec };
}

/** The best split of all devices among these stages, by class; null when none is faster than `floor`. */
export function splitAmong(
  stages: Stages,
  classes: readonly RatedClass[],
  options: LimitOptions,
  floor: number,
): Split | null {
  const rates = stages.map(([from, to]) => classes.map((one) => one.rate(from, to)));
  const useful = classes.flatMap((_, c) => (rates.some((ofStage) => ofStage[c]! > 0) ? [c] : []));
  const most = mostDevices(classes, options);
  const split = bestSplit(
    {
      rates: rates.map((ofStage) => useful.map((c) => ofStage[c]!)),
      counts: useful.map((c) => classes[c]!.count),
      most,
      orders: ordersOf(classes, useful, most !== Number.POSITIVE_INFINITY),
    },
    floor,
  );
  if (split === null) return null;
  return { ...split, devices: split.devices.map((ofStage) => spread(ofStage, useful, classes.length)) };
}

function ordersOf(
  classes: readonly RatedClass[],
  useful: readonly number[],
  bothWays: boolean,
): SplitInput['orders'] {
  const known = ORDERS.get(classes) ?? new Map<string, SplitInput['orders']>();
  ORDERS.set(classes, known);
  const key = `${useful} ${bothWays}`;
  const orders =
    known.get(key) ??
    classOrders(
      useful.map((c) => classes[c]!),
      bothWays,
    );
  known.set(key, orders);
  return orders;
}

/** The limit on devices; infinite where it does not bind. */
function mostDevices(classes: readonly RatedClass[], { maxReplicas }: LimitOptions): number {
  return maxReplicas === null || maxReplicas >= countOf(classes) ? Number.POSITIVE_INFINITY : maxReplicas;
}

function countOf(classes: readonly RatedClass[]): number {
  return classes.reduce((sum, { count }) => sum + count, 0);
}

function spread(values: readonly number[], at: readonly number[], length: number): number[] {
  const all = Array.from({ length }, () => 0);
  at.forEach((index, i) => {
    all[index] = values[i]!;
  });
  return all;
}
