import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { LivePod } from './live-pod.ts';

/** An Event of an extraction. */
export interface LiveEvent {
  readonly uid: string;
  readonly atMs: number;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** How often it was told. */
  readonly count: number;
}

/** All that is shown of a running extraction. */
export interface LiveState {
  readonly extraction: ExtractionResource;
  readonly deleted: boolean;
  readonly pods: readonly LivePod[];
  /** The newest last. */
  readonly events: readonly LiveEvent[];
  /** Frames/s of late, the newest last. */
  readonly rates: readonly number[];
  /** Since when and why the API server does not answer; null when it does. */
  readonly lost: { readonly sinceMs: number; readonly why: string } | null;
  readonly nowMs: number;
}
