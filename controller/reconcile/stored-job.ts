import type { Job } from '../../worker/cluster/job.ts';
import type { Plan } from '../plan/plan.ts';

/** Where a worker runs. A worker is its lane: `p<pass>-s<stage>-r<replica>`. */
export interface LanePlace {
  readonly pass: number;
  readonly stage: number;
  readonly replica: number;
  readonly node: string;
  /** Extended resource that its pod asks for one of; null: a CPU worker. */
  readonly resource: string | null;
  readonly product: string;
  /** Cores that its pod asks for. */
  readonly cores: number;
  /** Host memory that its pod asks for, MiB. */
  readonly memoryMiB: number;
}

/** What an extraction carries out: kept in a ConfigMap of its own, which never changes. */
export interface StoredJob {
  /** Name of the ConfigMap: tells the content. */
  readonly name: string;
  /** 1 for the first plan of an extraction, one more for every later one. */
  readonly revision: number;
  /** Of the extraction whose spec it was made from. */
  readonly generation: number;
  readonly plan: Plan;
  readonly job: Job;
  /** One for each worker that is not retired. */
  readonly places: readonly LanePlace[];
}
