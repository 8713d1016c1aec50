import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { StagePlan, WorkerPlan } from '../../worker/cluster/job.ts';
import { plannedWorker } from '../../worker/cluster/planned-worker.ts';
import type { SpecRole } from '../../worker/conductor/local-roles.ts';
import type { Provider } from '../../worker/engine/session.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { schemaIssues } from '../api/schema-issues.ts';
import { readJson } from './read-structured.ts';

/** What a cluster run on this machine may use. */
export interface ClusterMachine {
  /** Indexes of the GPUs. */
  readonly gpus: readonly number[];
  readonly providers: readonly Provider[] | null;
  /** Host threads of each worker; null: the cores are shared out. */
  readonly threads: number | null;
}

type Passes = { stages: StagePlan[] }[];

/** One pass of one stage with all roles in `count` workers, spread over the GPUs. */
export function coLocatedPlan(roles: readonly SpecRole[], count: number, machine: ClusterMachine): Passes {
  const onGpu = usesGpu(machine);
  const batches = Object.fromEntries(
    roles.map(({ role, batch, anyBatch }) => [role, onGpu && anyBatch ? batch : 1]),
  );
  const threads = machine.threads ?? sharedThreads(count);
  const workers = Array.from({ length: count }, (_, i) => workerPlan(machine, i, threads, batches));
  return [{ stages: [{ roles: roles.map(({ role }) => role), workers }] }];
}

const count = z.number().int().min(1);
/** What is taken from a plan of `facefleet plan`; all else in it is for people. */
const planFile = z.object({
  outcome: z.literal('planned').optional(),
  passes: z
    .array(
      z.object({
        stages: z
          .array(
            z.object({
              roles: z.array(z.string()).min(1),
              device: z.enum(['gpu', 'cpu']).default('cpu'),
              groups: z
                .array(
                  z.object({
                    replicas: count,
                    batches: z.record(z.string(), count).default({}),
                    placements: z.array(z.object({ count, threads: count })).default([]),
                  }),
                )
                .min(1),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

/**
 * The passes of a plan file, as `facefleet plan -o json` writes it, on this machine.
 * @throws FacefleetError FF5002 when it is none, or needs GPUs that are not there
 */
export async function planFromFile(path: string, machine: ClusterMachine): Promise<Passes> {
  const parsed = planFile.safeParse(await readJson(path));
  if (!parsed.success) throw new FacefleetError('FF5002', `${path}: ${schemaIssues(parsed.error, planFile)}`);
  return parsed.data.passes.map(({ stages }) => {
    const perPass = stages.flatMap(({ groups }) => groups).reduce((sum, { replicas }) => sum + replicas, 0);
    let next = 0;
    return {
      stages: stages.map(({ roles, device, groups }) => ({
        roles,
        workers: groups.flatMap(({ replicas, batches, placements }) => {
          const planned = placements.flatMap(({ count: copies, threads }) =>
            Array<number>(copies).fill(threads),
          );
          return Array.from({ length: replicas }, (_, i) => {
            const threads = machine.threads ?? planned[i] ?? sharedThreads(perPass);
            const all = Object.fromEntries(roles.map((role) => [role, batches[role] ?? 1]));
            if (device === 'cpu') return workerPlan({ ...machine, gpus: [] }, 0, threads, all);
            if (!usesGpu(machine))
              throw new FacefleetError('FF5002', `${path}: it needs GPUs; here are none`);
            return workerPlan(machine, next++, threads, all);
          });
        }),
      })),
    };
  });
}

function workerPlan(
  machine: ClusterMachine,
  place: number,
  threads: number,
  batches: Readonly<Record<string, number>>,
): WorkerPlan {
  const gpu = usesGpu(machine) ? machine.gpus[place % machine.gpus.length] : undefined;
  const providers =
    machine.providers ?? (gpu === undefined ? ['cpu' as const] : ['cuda' as const, 'cpu' as const]);
  if (gpu !== undefined) return plannedWorker({ providers, deviceId: gpu, threads }, batches);
  return plannedWorker({ providers: providers.filter((name) => name === 'cpu'), threads }, batches);
}

function usesGpu({ gpus, providers }: ClusterMachine): boolean {
  return gpus.length > 0 && (providers === null || providers[0] !== 'cpu');
}

/** One process uses all cores; several share them. */
function sharedThreads(processes: number): number {
  return Math.max(1, Math.floor(availableParallelism() / processes));
}
