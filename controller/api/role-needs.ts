import { findModel } from '../../models/ensure-model.ts';
import type { Provider } from '../../worker/engine/session.ts';
import type { Plugin, PluginRole } from '../../worker/plugins/plugin.ts';
import { findPlugin } from '../../worker/plugins/registry.ts';
import type { NodeCapacity, RoleNeed } from '../plan/problem.ts';
import { applyProfiles } from '../plan/profiles/apply-profiles.ts';
import { nodeCpuProduct } from '../plan/profiles/cpu-product.ts';
import { findProfiles } from '../plan/profiles/find-profiles.ts';
import type { Profile } from '../plan/profiles/profile.ts';
import type { Flow } from './chosen-plugin.ts';

/** What the needs of plugins are measured by, and where they will run. */
export interface NeedContext {
  readonly profiles: readonly Profile[];
  /** Execution provider of GPU workers. */
  readonly provider: Provider;
  /** Version of onnxruntime in the workers. */
  readonly onnxruntime: string;
  readonly nodes: readonly NodeCapacity[];
}

/** Most items in one run when there is VRAM to spare, as a multiple of the plugin's declared batch. */
const MAX_BATCH_FACTOR = 4;
/** Host memory of a thread whose plugin has no network, or one that was not measured, MiB. */
const THREAD_MIB = 256;
/** Faces that a frame is taken to show; speeds of aligners and maskers are per frame by it. */
const FACES_PER_FRAME = 1;

/**
 * What every role of an Extraction needs, in flow order: measured where a profile is, else as its plugin declares.
 * @throws FacefleetError FF5003 when there is no such plugin, FF2001
 */
export async function roleNeeds(
  { spec }: { readonly spec: Flow },
  context: NeedContext,
): Promise<RoleNeed[]> {
  const choices: (readonly [role: string, kind: PluginRole, plugin: string])[] = [
    ...(spec.detector === null ? [] : [['detect', 'detect', spec.detector.plugin] as const]),
    ['align', 'align', spec.aligner.plugin],
    ...spec.maskers.map(({ plugin }, i) => [`mask_${i}`, 'mask', plugin] as const),
  ];
  return await Promise.all(
    choices.map(async ([role, kind, name]) => roleNeed(role, await findPlugin(kind, name), context)),
  );
}

function roleNeed(
  role: string,
  plugin: Plugin,
  { profiles, provider, onnxruntime, nodes }: NeedContext,
): RoleNeed {
  const model = plugin.model === null ? null : findModel(plugin.model);
  const batches = model?.anyBatch === true;
  const need: RoleNeed = {
    role,
    plugin: plugin.name,
    device: model === null ? 'cpu' : 'gpu',
    vramMiB: model === null ? 0 : plugin.vramMiB,
    vramPerBatchMiB: model === null ? 0 : plugin.vramPerBatchMiB,
    vramOrigin: 'declared',
    batch: batches ? plugin.batch : 1,
    maxBatch: batches ? plugin.batch * MAX_BATCH_FACTOR : 1,
    memoryMiB: THREAD_MIB,
    throughput: [],
  };
  if (model === null) return need;
  const key = { sha256: model.onnxSha256, onnxruntime };
  return applyProfiles(need, {
    gpus: findProfiles(profiles, { ...key, provider }),
    cpus: findProfiles(profiles, { ...key, provider: 'cpu' }),
    itemsPerFrame:
      plugin.role === 'detect' ? 1 : FACES_PER_FRAME * (plugin.role === 'align' ? plugin.passes : 1),
    gpuProducts: new Set(nodes.flatMap(({ gpus }) => gpus.map(({ product }) => product))),
    cpuProducts: new Set(nodes.filter(takesWork).map(({ labels }) => nodeCpuProduct(labels) ?? 'unknown')),
  });
}

/** Nodes of the control plane and those reserved for others do not tell which CPU will do the work. */
export function takesWork({ schedulable, taints }: NodeCapacity): boolean {
  return schedulable && taints.every(({ effect }) => effect === 'PreferNoSchedule');
}
