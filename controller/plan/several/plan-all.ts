import { counted } from '../explain/format-numbers.ts';
import { byText } from '../fleet/by-text.ts';
import { type Plan, type PlanResult, plan, type Reason } from '../plan.ts';
import type { NodeCapacity, Problem } from '../problem.ts';
import { keptRunning } from './kept-running.ts';
import { takeFrom } from './take-from.ts';

/** An extraction that wants capacity of a cluster that it shares. */
export interface Demand {
  /** Unique; also decides between extractions that are equal in all else. */
  readonly name: string;
  /** Higher goes first. */
  readonly priority: number;
  /** Seconds since some moment that all share. */
  readonly createdAtSec: number;
  /** Its nodes are not looked at. */
  readonly problem: Omit<Problem, 'nodes'>;
  /** The plan that is being carried out; its devices are counted as free in `nodes`. */
  readonly running: Plan | null;
}

/** One extraction's part of the cluster. */
export interface Share {
  readonly name: string;
  /** A refusal with the reason `CapacityPromised` waits: it would fit if others were done. */
  readonly result: PlanResult;
}

/** So long must one of the next higher priority come later in order not to overtake, seconds. */
const SEC_PER_PRIORITY = 600;

/**
 * Plans several extractions on one cluster, each on what the ones before it left. Order: creation time less ten minutes for each point of
 * priority, so that one of low priority is overtaken only for a while and never starves. Each may take its even part of the GPUs (for CPU work: nodes) that
 * are left, at least one; what it leaves goes to those after it. One that does not fit now is not passed over for what it needs: it is
 * the first to be asked when something is freed.
 * @param nodes what is free when none of `demands` runs
 */
export function planAll(demands: readonly Demand[], nodes: readonly NodeCapacity[]): readonly Share[] {
  const free = new Map(nodes.map((node) => [node.name, node]));
  const ordered = [...demands].sort((a, b) => turnSec(a) - turnSec(b) || byText(a.name, b.name));
  const left = { gpu: deviceCount(nodes), cpu: nodes.length };
  const hasGpus = nodes.some(({ gpus }) => gpus.some(({ count, busy }) => count + busy > 0));
  return ordered.map(({ name, problem, running }, i): Share => {
    const kind = worksOn(problem, hasGpus);
    const part = Math.max(1, Math.ceil(left[kind] / (ordered.length - i)));
    const { maxReplicas } = problem.options;
    const options = { ...problem.options, maxReplicas: Math.min(part, maxReplicas ?? part) };
    const now = { ...problem, options, nodes: [...free.values()] };
    const result = keptRunning(now, plan(now, running), running);
    if (result.outcome === 'planned') {
      takeFrom(free, result, problem);
      left[kind] = Math.max(0, left[kind] - mostWorkers(result));
      return { name, result };
    }
    if (result.outcome === 'error') return { name, result };
    const alone = plan({ ...problem, nodes }, null);
    if (alone.outcome !== 'planned') return { name, result: alone };
    return { name, result: { ...result, reasons: [promised(i), ...result.reasons] } };
  });
}

function deviceCount(nodes: readonly NodeCapacity[]): number {
  return nodes.reduce((sum, { gpus }) => sum + gpus.reduce((all, { count }) => all + count, 0), 0);
}

/** What an extraction takes a part of: GPUs, or whole nodes for CPU work. */
function worksOn({ roles, options }: Demand['problem'], hasGpus: boolean): 'gpu' | 'cpu' {
  if (!roles.some(({ device }) => device === 'gpu')) return 'cpu';
  if (options.device !== 'auto') return options.device;
  return hasGpus ? 'gpu' : 'cpu';
}

function turnSec({ createdAtSec, priority }: Demand): number {
  return createdAtSec - priority * SEC_PER_PRIORITY;
}

/** Most workers of any pass. */
function mostWorkers({ passes }: Plan): number {
  return Math.max(0, ...passes.map(({ stages }) => stages.reduce((sum, { replicas }) => sum + replicas, 0)));
}

function promised(before: number): Reason {
  return {
    code: 'CapacityPromised',
    numbers: { before },
    sentence: `It fits on the cluster, but what it needs is promised to the ${counted(before, 'extraction')} before it.`,
  };
}
