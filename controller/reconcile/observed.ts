import type { Code } from '../../worker/errors/codes.ts';
import type { ExtractSpec } from '../api/extract-spec.ts';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import type { RoleNeed } from '../plan/problem.ts';
import type { Share } from '../plan/several/plan-all.ts';
import type { StoredJob } from './stored-job.ts';

/** What a pod of an extraction is for; a `cleaner` removes what an extraction that is being deleted left on the bus and in its output. */
export type PodRole =
  | { readonly kind: 'conductor' }
  | { readonly kind: 'cleaner' }
  /** Decodes a video for all passes. */
  | { readonly kind: 'decoder'; readonly replica: number }
  | { readonly kind: 'worker'; readonly pass: number; readonly stage: number; readonly replica: number };

/** How the container of a pod ended. */
export interface PodEnd {
  /** Null when the pod ended without a container's end being reported. */
  readonly exitCode: number | null;
  /** As the kubelet says it: `Completed`, `Error`, `OOMKilled`, `Evicted`, … */
  readonly reason: string;
  /** What the process left as its termination message; '' when nothing. */
  readonly message: string;
  readonly atMs: number;
}

/** Pods that Kueue admits together, as one of them sees it. */
export interface PodGroup {
  readonly name: string;
  /** How many pods it has when all are there. */
  readonly total: number;
  /** Whether Kueue keeps this one (by a finaliser) until another has taken its place, though it be deleted. */
  readonly isHeld: boolean;
}

/** A pod of an extraction, as far as decisions need it. */
export interface ObservedPod {
  readonly name: string;
  readonly uid: string;
  readonly role: PodRole;
  /** Hash of what it was made from; differs from the wanted one when it has to be made anew. */
  readonly templateHash: string;
  /** Name of the ConfigMap of the job that it works on (`facefleet.dev/job`); null when its annotation is gone. */
  readonly job: string | null;
  readonly nodeName: string | null;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  /** Null when it is not ready. */
  readonly readySinceMs: number | null;
  readonly createdAtMs: number;
  /** When it has to be gone; null when it is not being deleted. */
  readonly deleteByMs: number | null;
  /** Null while it has not ended. */
  readonly end: PodEnd | null;
  /** Why the cluster took it away (`Evicted`, `Preempted`, `NodeLost`, `NodeShutdown`, `DeletionByTaintManager`, …); null when it did not. */
  readonly disruption: string | null;
  /** Why its container does not start, such as `ImagePullBackOff` or `CreateContainerConfigError`; null when it does. */
  readonly waiting: { readonly reason: string; readonly message: string } | null;
  /** What the scheduler says of a pod that has no node; null when it has one, or the scheduler has not said yet. */
  readonly unschedulable: string | null;
  /** Null: it is in no group. */
  readonly group: PodGroup | null;
}

/** What the conductor says of itself on the bus, about every second. */
export interface ConductorReport {
  /** 0-based pass that goes on. */
  readonly pass: number;
  /** Null until the source has been listed. */
  readonly total: number | null;
  /** Done, failed ones included. */
  readonly frames: number;
  /** Of `frames`, those done before this conductor started. */
  readonly carried: number;
  readonly faces: number;
  readonly failed: number;
  /** Frames/s over the last half minute or so; null when not known yet. */
  readonly framesPerSecond: number | null;
  readonly heardAtMs: number;
}

/** Whether a node can be counted on. */
export interface ObservedNode {
  readonly name: string;
  readonly ready: boolean;
}

/** What the spec of an extraction asks for, with every default and plugin option filled in. */
export interface ResolvedRequest {
  readonly spec: ExtractSpec;
  /** In flow order. */
  readonly roles: readonly RoleNeed[];
  /** sha256 by model name. */
  readonly models: Readonly<Record<string, string>>;
}

/** Why a spec cannot be carried out whatever the cluster has, such as a plugin that there is none of. */
export interface RequestFault {
  readonly code: Code;
  readonly message: string;
}

/**
 * One extraction as it is seen now: all that `decide` knows. It may be behind the cluster, but never behind what this controller itself has
 * made, deleted or written: then no pod is made a second time and no crash is counted twice.
 */
export interface Observed {
  readonly extraction: ExtractionResource;
  /** What its spec means. */
  readonly request: ResolvedRequest | RequestFault;
  readonly pods: readonly ObservedPod[];
  /** The job that `status.plan.job` names; null when there is none yet, or it cannot be found. */
  readonly job: StoredJob | null;
  /** Its other jobs whose ConfigMaps are still there. */
  readonly otherJobs: readonly StoredJob[];
  /** Of the last planning round; null when no round had this extraction (of this generation) in it yet. */
  readonly share: Share | null;
  /** Null when nothing was heard since this controller started, or since the conductor's pod was made. */
  readonly conductor: ConductorReport | null;
  /** Since when this controller would have heard conductors; null: it hears none now. */
  readonly listensSinceMs: number | null;
  readonly nodes: ReadonlyMap<string, ObservedNode>;
  /** What the API server said when it last refused to make a pod or a job; null: since then all that was asked for was done. */
  readonly refusal: string | null;
  /** Whether the namespace is being deleted: nothing can be made in it any more. */
  readonly namespaceEnds: boolean;
}
