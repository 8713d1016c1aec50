import type { V1ConfigMap, V1Pod } from '@kubernetes/client-node';
import type { ExtractionStatus } from '../api/extraction-resource.ts';

/** Something to be done to the cluster. Every one is idempotent: done twice it does no more than done once. */
export type Action =
  | { readonly do: 'addFinalizer' }
  | { readonly do: 'removeFinalizer' }
  /** Deletes the Extraction itself: its time to live is over. */
  | { readonly do: 'deleteExtraction' }
  | { readonly do: 'createJob'; readonly configMap: V1ConfigMap }
  | { readonly do: 'deleteJob'; readonly name: string }
  | { readonly do: 'createPod'; readonly pod: V1Pod }
  /** Only the pod of this uid; `now` does not wait for a kubelet that is gone. */
  | { readonly do: 'deletePod'; readonly name: string; readonly uid: string; readonly now: boolean }
  /** Takes Kueue's hold off a pod that is being deleted; only of this uid. */
  | { readonly do: 'releasePod'; readonly name: string; readonly uid: string };

/** Told as an Event of the Extraction, once for each change. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** PascalCase and stable. */
  readonly reason: string;
  readonly message: string;
}

/** What is to become of one extraction now. */
export interface Decision {
  /**
   * Written first, in one write, only when it differs from what is there and only over the version it was decided on (`resourceVersion`); the
   * actions follow only when that succeeded.
   */
  readonly status: ExtractionStatus;
  /** Carried out in this order; one that fails ends them until the next decision. */
  readonly actions: readonly Action[];
  readonly events: readonly EventNote[];
  /** Look again after this time even when nothing changes; null: only when something does. */
  readonly requeueAfterMs: number | null;
}
