import type { PlanOptions } from '../problem.ts';
import { bestSplit } from './best-split.ts';
import { classOrders } from './class-orders.ts';
import { cuts } from './orders.ts';
import type { RatedClass } from './rate-table.ts';
import type { Split } from './split.ts';

/** The fastest pass over a run of roles. */
export interface BestPass {
  /** First and one past the last role of every stage. */
  readonly stages: readonly (readonly [from: number, to: number])[];
  readonly split: Split;
  /** Frames/s when all these roles share every device that they fit on; 0 when they fit on none. */
  readonly coLocatedFramesPerSec: number;
}

/**
 * The fastest way to run the roles from `from` to before `to` in one pass: every cut into stages with the best split of the devices
 * among them. Of equally fast ones the one with fewest stages. Null when no cut fits.
 */
export function bestPass(
  classes: readonly RatedClass[],
  from: number,
  to: number,
  { maxReplicas, feedFramesPerSec }: Pick<PlanOptions, 'maxReplicas' | 'feedFramesPerSec'>,
  mostStages: number,
): BestPass | null {
  const devices = classes.reduce((sum, { count }) => sum + count, 0);
  const most = maxReplicas === null || maxReplicas >= devices ? Number.POSITIVE_INFINITY : maxReplicas;
  const orders = classOrders(classes, most !== Number.POSITIVE_INFINITY);
  const enough = feedFramesPerSec ?? Number.POSITIVE_INFINITY;
  let best: Omit<BestPass, 'coLocatedFramesPerSec'> | null = null;
  let coLocatedFramesPerSec = 0;
  for (const ends of cuts(to - from, Math.min(mostStages, devices, most))) {
    const stages = ends.map((end, i) => [from + (ends[i - 1] ?? 0), from + end] as const);
    const rates = stages.map(([first, end]) => classes.map((one) => one.rate(first, end)));
    const useful = classes.flatMap((_, c) => (rates.some((ofStage) => ofStage[c]! > 0) ? [c] : []));
    const place = new Map(useful.map((c, i) => [c, i]));
    const split = bestSplit(
      {
        rates: rates.map((ofStage) => useful.map((c) => ofStage[c]!)),
        counts: useful.map((c) => classes[c]!.count),
        most,
        orders: orders.map((order) => order.flatMap((c) => place.get(c) ?? [])),
      },
      best?.split.framesPerSec ?? 0,
    );
    if (split === null) continue;
    best = {
      stages,
      split: { ...split, devices: split.devices.map((ofStage) => spread(ofStage, useful, classes.length)) },
    };
    if (stages.length === 1) coLocatedFramesPerSec = split.framesPerSec;
    if (split.framesPerSec >= enough) break;
  }
  return best === null ? null : { ...best, coLocatedFramesPerSec };
}

function spread(values: readonly number[], at: readonly number[], length: number): number[] {
  const all = Array.from({ length }, () => 0);
  at.forEach((index, i) => {
    all[index] = values[i]!;
  });
  return all;
}
