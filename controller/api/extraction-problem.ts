import { PLAN_OPTIONS } from '../plan/plan-options.ts';
import type { FrameWork, NodeCapacity, Problem } from '../plan/problem.ts';
import type { Extraction } from './extraction.ts';

/** Cores that a GPU worker of an Extraction may ask for where the Extraction does not say. */
const MAX_WORKER_CORES = 8;

/** What an Extraction asks of a cluster. */
export interface ProblemParts {
  readonly id: string;
  readonly planning: Extraction['spec']['planning'];
  /** In flow order. */
  readonly roles: Problem['roles'];
  /** Frames of the source; null when they are not counted yet. */
  readonly framesTotal: number | null;
}

/** The problem of planning an Extraction on a cluster. @param cluster its `frameWork` as the function of that name tells it */
export function extractionProblem(
  { id, planning, roles, framesTotal }: ProblemParts,
  { nodes, frameWork }: { readonly nodes: readonly NodeCapacity[]; readonly frameWork: FrameWork | null },
): Problem {
  const { policy, frameCoreSec, gpuResources = null, ...rest } = planning;
  const { runtimeClassName: _, decodeWorkers: __, ...options } = rest;
  return {
    id,
    policy,
    roles,
    nodes,
    options: {
      ...PLAN_OPTIONS,
      maxWorkerCores: MAX_WORKER_CORES,
      frameWork: frameCoreSec === undefined ? frameWork : { coreSec: frameCoreSec, origin: 'declared' },
      ...options,
      gpuResources,
      framesTotal,
    },
    backend: nodes.some(({ gpus }) => gpus.length > 0) ? 'nvidia' : 'cpu',
    multiprocess: true,
    seedMachine: null,
  };
}
