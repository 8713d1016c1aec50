import type { Share } from '../../plan/several/plan-all.ts';
import type { RoundDemands } from '../../reconcile/round-demands.ts';

/** What the planning thread is asked. */
export interface PlanningCall {
  readonly id: number;
  readonly asked: RoundDemands;
}

/** What it answers. */
export type PlanningReply =
  | { readonly id: number; readonly shares: readonly Share[] }
  /** What went wrong, for people. */
  | { readonly id: number; readonly failure: string };
