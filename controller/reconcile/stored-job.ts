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

/** What workers that ran out of memory taught; later plans of the extraction keep to it. */
export interface MemoryLesson {
  /** In flow order: a stage of these and no others. */
  readonly roles: readonly string[];
  /** Most items in one run, by role; a CPU worker's are none. */
  readonly batches: Readonly<Record<string, number>>;
  /** How much more memory than assumed a thread of a CPU worker gets: 2, 4, …; 1 for GPU workers. */
  readonly threadMemoryFactor: number;
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
  /** Absent while none ran out of memory. */
  readonly lessons?: readonly MemoryLesson[];
}
