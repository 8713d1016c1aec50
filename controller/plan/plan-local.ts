import type { Provider } from '../../worker/engine/session.ts';
import type { PluginRole } from '../../worker/plugins/plugin.ts';

/** A role to be planned: its plugin's declared batch and whether its model takes batches. */
export interface LocalRole {
  readonly role: string;
  readonly kind: PluginRole;
  readonly plugin: string;
  readonly batch: number;
  readonly anyBatch: boolean;
}

/** What this machine has. */
export interface LocalMachine {
  readonly cores: number;
  /** Index of the GPU to use; null when there is none, or none may be used. */
  readonly gpuIndex: number | null;
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
 * of one, which keeps results independent of what is processed together; on a GPU plugins run in their declared batches.
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
  const planned = roles.map(({ role, plugin, batch, anyBatch }) => ({
    role,
    plugin,
    batch: onGpu && anyBatch ? batch : 1,
  }));
  const count = threads ?? Math.max(1, machine.cores);
  const reasons = [
    { code: 'CoLocated', message: `all ${roles.length} roles run in one stage on this machine` },
    onGpu
      ? { code: 'GpuBatches', message: `GPU ${machine.gpuIndex ?? 0} runs each plugin in its declared batch` }
      : {
          code: 'OneThreadSessions',
          message: `${count} threads, each with its own one-thread sessions, in batches of 1`,
        },
  ];
  return { passes: [{ stages: [{ roles: planned, replicas: 1, threads: count }] }], providers, reasons };
}

function allowed(wanted: readonly Provider[] | null, machine: LocalMachine): readonly Provider[] | null {
  return machine.gpusExcluded && wanted !== null ? wanted.filter((provider) => provider === 'cpu') : wanted;
}
