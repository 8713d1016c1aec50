import type { V1ConfigMap, V1Pod } from '@kubernetes/client-node';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import type { NeedContext } from '../api/role-needs.ts';
import type { Profile } from '../plan/profiles/profile.ts';
import type { Share } from '../plan/several/plan-all.ts';
import type { Decision } from '../reconcile/decision.ts';
import type { Observed, ObservedPod, RequestFault, ResolvedRequest } from '../reconcile/observed.ts';
import type { RoundDemands, RoundInput } from '../reconcile/round-demands.ts';
import type { ControllerSettings } from '../reconcile/settings.ts';
import type { StoredJob } from '../reconcile/stored-job.ts';

/** What the controller knows and decides: everything without input or output of its own. */
export interface ControllerParts {
  decide(observed: Observed, nowMs: number, settings: ControllerSettings): Decision;
  /** Null: not one of an extraction's. */
  observePod(pod: V1Pod): ObservedPod | null;
  /** @throws FacefleetError when it holds none */
  readStoredJob(configMap: V1ConfigMap): StoredJob;
  resolveRequest(
    extraction: ExtractionResource,
    context: NeedContext,
  ): Promise<ResolvedRequest | RequestFault>;
  /** What those ask for that want to run. */
  roundDemands(input: RoundInput): RoundDemands;
  /** Shares of those by name. What fails is asked again in the next round. */
  planAll(asked: RoundDemands, signal: AbortSignal): Promise<readonly Share[]>;
  readonly profiles: readonly Profile[];
  /** Version of onnxruntime in the workers. */
  readonly onnxruntime: string;
}
