import { planCompat } from './compat/plan-compat.ts';
import { planFleet } from './fleet/plan-fleet.ts';
import type { Problem, Sharing } from './problem.ts';

/** Why something was decided: a code for machines, the numbers it rests on, and a sentence for people. */
export interface Reason {
  /** PascalCase and stable. */
  readonly code: string;
  readonly numbers: Readonly<Record<string, number | string>>;
  readonly sentence: string;
}

/** The kind of device that a group of replicas runs on. Equal devices of all nodes are one class. */
export interface DeviceClass {
  /** Stable within a plan's problem, e.g. `nvidia.com/gpu Tesla-T4 15109MiB`; `cpu` for CPU workers. */
  readonly id: string;
  /** Extended resource that a pod asks for; null for CPU workers. */
  readonly resource: string | null;
  readonly product: string;
  /** MiB of one device; of CPU workers 0. */
  readonly totalMiB: number;
  readonly freeMiB: number;
  readonly sharing: Sharing;
}

/** VRAM of one device while the stage runs, MiB: models + batches + margin = used ≤ free. */
export interface DeviceMemory {
  readonly modelsMiB: number;
  readonly batchesMiB: number;
  readonly marginMiB: number;
  readonly usedMiB: number;
  readonly freeMiB: number;
}

/** `count` replicas on one node. */
export interface Placement {
  readonly node: string;
  readonly count: number;
  /** Host threads of one replica. */
  readonly threads: number;
  /** Cores that one replica asks for; less than its threads where a node has but a part of a core. */
  readonly cores: number;
}

/** Replicas of a stage on one class of device. All run alike. */
export interface ReplicaGroup {
  readonly device: DeviceClass;
  readonly replicas: number;
  /** Batch size by role: every role of the stage. */
  readonly batches: Readonly<Record<string, number>>;
  /** Null for CPU workers. */
  readonly memory: DeviceMemory | null;
  /** Predicted, of one replica; of one core for CPU workers. */
  readonly framesPerSec: number;
  /** By node name. */
  readonly placements: readonly Placement[];
}

/** Roles that share a device. */
export interface Stage {
  /** In flow order. */
  readonly roles: readonly string[];
  readonly device: 'gpu' | 'cpu';
  readonly groups: readonly ReplicaGroup[];
  readonly replicas: number;
  /** Predicted, of all replicas; 0 where policy `compat` takes more memory than there is. */
  readonly framesPerSec: number;
}

/** One traversal of all frames: one stage (co-located) or several in a chain (pipelined). */
export interface Pass {
  readonly stages: readonly Stage[];
  /** Predicted: of the slowest stage. */
  readonly framesPerSec: number;
  /** Index in `stages` of the slowest. */
  readonly bottleneck: number;
  /** Predicted, start included; null when the frames are not counted yet. */
  readonly durationSec: number | null;
}

/** What policy `compat` computed on the way, MiB. */
export interface SeedFacts {
  readonly flow: readonly string[];
  /** Free VRAM after the buffer of 256. */
  readonly freeMiB: number;
  readonly parallel: boolean;
  /** Null when the scaling table has no entry for the flow. */
  readonly totalRequiredMiB: number | null;
  readonly phases: readonly (readonly string[])[];
  readonly phaseMiB: readonly number[];
  /** Batch size by role. */
  readonly batches: Readonly<Record<string, number>>;
}

export interface Plan {
  readonly outcome: 'planned';
  readonly id: string | null;
  readonly policy: 'fleet' | 'compat';
  readonly passes: readonly Pass[];
  /** Predicted, over all passes: frames that leave the last pass per second of all passes' time. */
  readonly framesPerSec: number | null;
  /** Predicted; null when the frames are not counted yet. */
  readonly durationSec: number | null;
  readonly reasons: readonly Reason[];
  /** Only of policy `compat`. */
  readonly seed: SeedFacts | null;
}

/** One role that has no place, and the best place there is for it. */
export interface Shortfall {
  readonly role: string;
  /** What it needs alone in a batch of one, margin included. */
  readonly needMiB: number;
  /** Of the usable device with most free memory; 0 when there is none. */
  readonly bestFreeMiB: number;
  /** The node of that device; null when there is none. */
  readonly node: string | null;
  /** `vram`: of a GPU; `memory`: of a host, for all roles together. */
  readonly what: 'vram' | 'memory';
}

/** The flow does not fit on what is there. */
export interface Refusal {
  readonly outcome: 'refused';
  readonly id: string | null;
  readonly policy: 'fleet' | 'compat';
  readonly shortfalls: readonly Shortfall[];
  readonly reasons: readonly Reason[];
}

/**
 * `EmptyFlow` no role is selected; `EndlessLoop` the seed's batch sizing would never return; `ScalingTableEnds` more GPU plugins in a
 * phase than the seed's scaling table knows; `ZeroVramPerBatch` the seed would divide by zero.
 */
export type PlanErrorCode = 'EmptyFlow' | 'EndlessLoop' | 'ScalingTableEnds' | 'ZeroVramPerBatch';

/** There can be no plan for this problem on any hardware; only policy `compat` knows more than `EmptyFlow`. */
export interface PlanError {
  readonly outcome: 'error';
  readonly id: string | null;
  readonly policy: 'fleet' | 'compat';
  readonly code: PlanErrorCode;
  readonly sentence: string;
  /** What policy `compat` had computed before the error; null when nothing. */
  readonly seed: Omit<SeedFacts, 'batches'> | null;
}

export type PlanResult = Plan | Refusal | PlanError;

/**
 * Plans one extraction: a pure function of the problem. What does not fit is a `Refusal`, what no hardware could run a `PlanError`; it
 * never throws and always ends.
 * @param running the plan that is being carried out, if any: policy `fleet` changes it only where that pays
 */
export function plan(problem: Problem, running: Plan | null = null): PlanResult {
  const { id, policy, roles } = problem;
  if (policy === 'compat') return planCompat(problem);
  if (roles.length > 0) return planFleet(problem, running);
  return { outcome: 'error', id, policy, code: 'EmptyFlow', sentence: 'No plugin is selected.', seed: null };
}
