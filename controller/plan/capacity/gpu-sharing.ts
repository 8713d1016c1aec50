import type { Sharing } from '../problem.ts';
import type { GpuResource } from './gpu-resource.ts';
import { wholeNumberLabel } from './whole-number-label.ts';

type Labels = Readonly<Record<string, string>>;

/** How devices are shared, or null when they are shared by a number of pods that nothing tells. */
export interface GpuSharing {
  readonly sharing: Sharing;
  /** Pods that one device is offered to; 1 when it is not shared. MIG slices can be shared too. */
  readonly replicas: number;
}

const MIG_PRODUCT = /-MIG-(.+)$/;

/**
 * Reads the labels of NVIDIA's feature discovery (`.replicas`, `gpu.sharing-strategy`) and of GKE.
 * @param product without `-SHARED`
 */
export function gpuSharing(resource: GpuResource, product: string | null, labels: Labels): GpuSharing | null {
  const replicas = replicasOf(resource, labels);
  if (replicas === null) return null;
  const mps = strategy(labels) === 'mps';
  const profile = resource.migProfile ?? MIG_PRODUCT.exec(product ?? '')?.[1] ?? null;
  if (profile !== null) return { sharing: { kind: 'mig', profile }, replicas };
  if (replicas === 1) return { sharing: { kind: 'none' }, replicas };
  return { sharing: { kind: mps ? 'mps' : 'timeSlicing', replicas }, replicas };
}

/** True when the units of a shared device are isolated from each other in memory and compute. */
export function isIsolated({ sharing, replicas }: GpuSharing, labels: Labels): boolean {
  return replicas === 1 || sharing.kind === 'mps' || strategy(labels) === 'mps';
}

function strategy(labels: Labels): string | undefined {
  return labels['nvidia.com/gpu.sharing-strategy'] ?? labels['cloud.google.com/gke-gpu-sharing-strategy'];
}

function replicasOf({ labels: prefix, renamedAsShared }: GpuResource, labels: Labels): number | null {
  const named = /-SHARED$/.test(labels[`${prefix}.product`] ?? '');
  const label = labels[`${prefix}.replicas`] ?? labels['cloud.google.com/gke-max-shared-clients-per-gpu'];
  const replicas = wholeNumberLabel(label) ?? 0;
  if (replicas > 1) return replicas;
  // 0 stands where sharing is switched off
  return Number.isNaN(replicas) || named || renamedAsShared ? null : 1;
}
