import { z } from 'zod';
import type { Json } from '../../formats/canonical-json.ts';

/** A stage of a plan, as far as it is of interest to those who look on. */
export interface StageSummary {
  /** In flow order; with the plugin's name where the plan tells it, such as `detect ultraface`. */
  readonly roles: readonly string[];
  readonly workers: number;
}

/** A plan of passes of stages. */
export type PlanSummary = readonly { readonly stages: readonly StageSummary[] }[];

const role = z.union([
  z.string(),
  z.object({ role: z.string(), plugin: z.string() }).transform((named) => `${named.role} ${named.plugin}`),
]);
const stage = z
  .object({
    roles: z.array(role),
    workers: z.array(z.unknown()).optional(),
    replicas: z.number().int().positive().optional(),
  })
  .transform(({ roles, workers, replicas }) => ({ roles, workers: workers?.length ?? replicas ?? 1 }));
const plan = z.object({ passes: z.array(z.object({ stages: z.array(stage) })) });

/** What a plan in extraction.json says; null where it says nothing that is understood. */
export function planSummary(recorded: Json): PlanSummary | null {
  return plan.safeParse(recorded).data?.passes ?? null;
}
