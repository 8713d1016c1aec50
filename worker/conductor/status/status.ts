import type { OutputState, Snapshot } from '../verify/output-state.ts';
import type { PlanSummary } from './plan-summary.ts';

/** How far an extraction is, as its output tells. */
export interface Status {
  readonly state: OutputState;
  /** Who writes to the output; null when nobody does. */
  readonly holder: Snapshot['holder'];
  readonly runs: number | null;
  /** ISO 8601: begin of the first run, end of the last. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Frames of the source; null when that is not known. */
  readonly total: number | null;
  /** Frames with a result, failed ones included. */
  readonly frames: number;
  /** Of them, failed; null when the parts were not read as a whole. */
  readonly failed: number | null;
  readonly faces: number | null;
  /** Failed frames by code. */
  readonly failures: Readonly<Record<string, number>> | null;
  /** Over the last five minutes of the present pass; null when nothing runs, or it cannot be told. */
  readonly framesPerSecond: number | null;
  /** Until the end of the present pass, at that rate. */
  readonly etaSeconds: number | null;
  /** ISO 8601: when something was last committed, by the store's clock; null where it does not tell. */
  readonly lastActivityAt: string | null;
  readonly plan: PlanSummary | null;
  /** The pass at work, from 0 on; null when none is. */
  readonly pass: number | null;
  /** Frames that each pass before the last one has done, while their results are kept. */
  readonly passes: readonly { readonly pass: number; readonly frames: number }[];
}
