import type { Provider } from '../../worker/engine/session.ts';
import type { PluginRole } from '../../worker/plugins/plugin.ts';
import { rateOnGpu } from './model/rated-role.ts';
import { replicaOn } from './model/replica.ts';
import { PLAN_OPTIONS } from './plan-options.ts';
import type { RoleNeed } from './problem.ts';

/** A role to be planned: its plugin's declared batch and whether its model takes batches. */
export interface LocalRole {
  readonly role: string;
  readonly kind: PluginRole;
  readonly plugin: string;
  readonly batch: number;
  readonly anyBatch: boolean;
  /** Declared GPU memory of the model and of each item of a batch, MiB. */
  readonly vramMiB: number;
  readonly vramPerBatchMiB: number;
}

/** What this machine has. */
export interface LocalMachine {
  readonly cores: number;
  /** Index of the GPU to use; null when there is none, or none may be used. */
  readonly gpuIndex: number | null;
  /** Its product and free memory, MiB; null when there is none, or its memory is not known. */
  readonly gpu: { readonly product: string; readonly freeMiB: number } | null;
  /** GPUs were excluded by the user and none is left: GPU providers are not tried. */
  readonly gpusExcluded: boolean;
}

/** One pass with one stage that holds every role, as extraction.json records it. */
export interface LocalPlan {
  readonly passes: readonly [
    {
      readonly stages: readonly [
        {
          readonly roles: readonly { role: string; plugin: string; batch: number }[];
          readonly replicas: 1;
          readonly threads: number;
        },
      ];
    },
  ];
  readonly providers: readonly Provider[];
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
}

/**
 * Plans one machine: all roles co-located in one stage. On a CPU every core gets a thread with its own one-thread sessions and batches
 * of one, which keeps results independent of what is processed together; on a GPU plugins run in their declared batches, or in those that its
 * free memory allows.
 * @param wanted the user's providers; null leaves the choice to the plan
 * @param threads the user's thread count; null: one per core
 */
export function planLocal(
  roles: readonly LocalRole[],
  machine: LocalMachine,
  wanted: readonly Provider[] | null,
  threads: number | null,
): LocalPlan {
  const providers: readonly Provider[] =
    allowed(wanted, machine) ?? (machine.gpuIndex === null ? ['cpu'] : ['cuda', 'cpu']);
  const onGpu = providers[0] !== 'cpu';
  const batches = onGpu ? gpuBatches(roles, machine) : null;
  const planned = roles.map(({ role, plugin }, i) => ({ role, plugin, batch: batches?.sizes[i] ?? 1 }));
  const count = threads ?? Math.max(1, machine.cores);
  const reasons = [
    { code: 'CoLocated', message: `all ${roles.length} roles run in one stage on this machine` },
    batches?.reason ?? {
      code: 'OneThreadSessions',
      message: `${count} threads, each with its own one-thread sessions, in batches of 1`,
    },
  ];
  return { passes: [{ stages: [{ roles: planned, replicas: 1, threads: count }] }], providers, reasons };
}

function allowed(wanted: readonly Provider[] | null, machine: LocalMachine): readonly Provider[] | null {
  return machine.gpusExcluded && wanted !== null ? wanted.filter((provider) => provider === 'cpu') : wanted;
}

/** Batches on the GPU: declared ones, less where its memory is known and short. One item each where not even that fits: there is one pass. */
function gpuBatches(
  roles: readonly LocalRole[],
  { gpu, gpuIndex }: LocalMachine,
): { readonly sizes: readonly number[]; readonly reason: LocalPlan['reasons'][number] } {
  const name = `GPU ${gpuIndex ?? 0}`;
  const declared = roles.map(({ batch, anyBatch }) => (anyBatch ? batch : 1));
  const full = {
    sizes: declared,
    reason: { code: 'GpuBatches', message: `${name} runs each plugin in its declared batch` },
  };
  if (gpu === null) return full;
  const needs = roles.map((role, i) => roleNeed(role, declared[i]!));
  const replica = replicaOn(rateOnGpu(needs, { product: gpu.product, speed: 1 }), gpu.freeMiB, PLAN_OPTIONS);
  if (replica === null) {
    const message = `the models may need more than the ${gpu.freeMiB} MiB free on ${name}; batches of 1`;
    return { sizes: roles.map(() => 1), reason: { code: 'GpuTooSmall', message } };
  }
  const { batches, memory } = replica;
  if (batches.every((batch, i) => batch === declared[i])) return full;
  const message = `${name} runs batches cut to its memory: ${Math.ceil(memory.usedMiB)} of ${gpu.freeMiB} MiB`;
  return { sizes: batches, reason: { code: 'GpuBatchesCut', message } };
}

function roleNeed({ role, plugin, vramMiB, vramPerBatchMiB }: LocalRole, batch: number): RoleNeed {
  return {
    role,
    plugin,
    device: vramMiB > 0 ? 'gpu' : 'cpu',
    vramMiB,
    vramPerBatchMiB,
    vramOrigin: 'declared',
    batch,
    maxBatch: batch,
    memoryMiB: 0,
    throughput: [],
  };
}
