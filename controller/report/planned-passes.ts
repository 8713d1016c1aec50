import { z } from 'zod';
import type { Json } from '../../worker/formats/canonical-json.ts';

/** A role of a stage as it was planned. */
export interface PlannedRole {
  readonly role: string;
  readonly plugin: string | null;
  readonly batch: number | null;
}

/** A stage as it was planned. */
export interface PlannedStage {
  readonly roles: readonly PlannedRole[];
  readonly workers: number;
  /** Of each worker; null where the plan does not tell or they differ. */
  readonly threads: number | null;
  /** What runs the models, first choice first. */
  readonly providers: readonly string[];
}

export interface PlannedPass {
  readonly stages: readonly PlannedStage[];
}

/** A plan as extraction.json has it. */
export interface RecordedPlan {
  readonly passes: readonly PlannedPass[];
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
}

const worker = z.object({
  threads: z.number().optional(),
  providers: z.array(z.string()).optional(),
  batches: z.record(z.string(), z.number()).optional(),
});
const role = z.union([
  z.string(),
  z.object({ role: z.string(), plugin: z.string().optional(), batch: z.number().optional() }),
]);
const stage = z.object({
  roles: z.array(role),
  replicas: z.number().optional(),
  threads: z.number().optional(),
  workers: z.array(worker).optional(),
});
const plan = z.object({
  passes: z.array(z.object({ stages: z.array(stage) })),
  providers: z.array(z.string()).default([]),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })).catch([]),
});

/**
 * Reads the plan of an extraction in one process or in several; null when it says nothing that is understood.
 * @param pluginOf names the plugin of a role where the plan does not
 */
export function recordedPlan(recorded: Json, pluginOf: (role: string) => string | null): RecordedPlan | null {
  const parsed = plan.safeParse(recorded).data;
  if (parsed === undefined) return null;
  const stageOf = ({ roles, replicas, threads, workers }: z.infer<typeof stage>): PlannedStage => {
    const [first] = workers ?? [];
    const isAlike = workers?.every((each) => each.threads === first?.threads) ?? false;
    return {
      roles: roles.map((each) => {
        const { role: name, plugin, batch } = typeof each === 'string' ? { role: each } : each;
        return {
          role: name,
          plugin: plugin ?? pluginOf(name),
          batch: batch ?? first?.batches?.[name] ?? null,
        };
      }),
      workers: workers?.length ?? replicas ?? 1,
      threads: threads ?? (isAlike ? (first?.threads ?? null) : null),
      providers: first?.providers ?? parsed.providers,
    };
  };
  return {
    passes: parsed.passes.map(({ stages }) => ({ stages: stages.map(stageOf) })),
    reasons: parsed.reasons,
  };
}
