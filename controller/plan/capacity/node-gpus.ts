import type { Gpu } from '../problem.ts';
import type { Finding } from './finding.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuProduct } from './gpu-product.ts';
import { type GpuResource, gpuResource } from './gpu-resource.ts';
import { gpuSharing, isIsolated } from './gpu-sharing.ts';
import type { Amounts } from './pod-requests.ts';
import { wholeNumberLabel } from './whole-number-label.ts';

/** The GPUs of one node that can be planned, and what keeps others out. */
export interface NodeGpus {
  readonly gpus: readonly Gpu[];
  readonly findings: readonly Finding[];
}

type Labels = Readonly<Record<string, string>>;

/**
 * The GPUs of a node. Memory and sharing come from its labels; what labels do not tell is guessed from the product, or refused.
 * @param allocatable devices that the device plugins offer
 * @param requested of that, what bound and unfinished pods hold
 */
export function nodeGpus(node: string, labels: Labels, allocatable: Amounts, requested: Amounts): NodeGpus {
  const gpus: Gpu[] = [];
  const findings: Finding[] = [];
  let offered = false;
  for (const [name, amount] of allocatable) {
    const resource = gpuResource(name);
    const units = Math.floor(amount);
    if (resource === null) continue;
    offered = true;
    if (units < 1) continue;
    const held = Math.min(units, Math.ceil(requested.get(name) ?? 0));
    const found = devices(node, resource, labels, units, held);
    if (found.gpu !== null) gpus.push(found.gpu);
    findings.push(...found.findings);
  }
  if (
    !offered &&
    (labels['nvidia.com/gpu.present'] === 'true' || labels['cloud.google.com/gke-accelerator'])
  ) {
    const sentence =
      'it has NVIDIA GPUs, but no device plugin offers them (driver or device plugin missing, or still starting)';
    findings.push({ code: 'GpuPluginMissing', node, numbers: {}, sentence });
  }
  return { gpus, findings };
}

function devices(
  node: string,
  resource: GpuResource,
  labels: Labels,
  units: number,
  held: number,
): { readonly gpu: Gpu | null; readonly findings: readonly Finding[] } {
  const product = gpuProduct(resource, labels);
  const refuse = (code: string, sentence: string) => ({
    gpu: null,
    findings: [
      {
        code,
        node,
        numbers: { devices: units },
        sentence: `${units} × ${resource.resource} not used: ${sentence}`,
      },
    ],
  });
  const memory = gpuMemory(resource, product, labels);
  if (!memory.known) return refuse(memory.code, memory.sentence);
  const shared = gpuSharing(resource, product, labels);
  if (shared === null)
    return refuse('GpuSharingUnknown', 'they are shared, but no label says by how many pods');
  const { sharing, replicas } = shared;
  const described = (wholeNumberLabel(labels[`${resource.labels}.count`]) ?? Number.NaN) * replicas;
  if (described > 0 && units > described) {
    return refuse(
      'GpuLabelsDisagree',
      `the labels describe only ${described} of them, so there are different products in the node`,
    );
  }
  const findings: Finding[] = [];
  const { totalMiB } = memory;
  const shareMiB = Math.floor(totalMiB / replicas);
  const name = product ?? resource.resource;
  if (memory.guessed) {
    const sentence = `no label tells the memory of ${name}; ${totalMiB} MiB are assumed`;
    findings.push({ code: 'GpuMemoryGuessed', node, numbers: { product: name, totalMiB }, sentence });
  }
  if (resource.vendor === 'amd') {
    const sentence = `${name} has no CUDA: its workers need the execution provider webgpu`;
    findings.push({ code: 'GpuWithoutCuda', node, numbers: { product: name }, sentence });
  }
  const free = units - held;
  const isolated = isIsolated(shared, labels);
  if (!isolated) {
    const sentence = `${name} is time-sliced by ${replicas} pods without isolation: one stage per GPU, within ${shareMiB} of ${totalMiB} MiB`;
    findings.push({
      code: 'GpuTimeSliced',
      node,
      numbers: { product: name, replicas, shareMiB, totalMiB },
      sentence,
    });
  }
  // two stages on one time-sliced GPU are no faster than one
  const count = isolated ? free : Math.min(free, Math.ceil(units / replicas));
  const gpu: Gpu = {
    resource: resource.resource,
    product: name,
    count,
    busy: held,
    totalMiB: isolated ? shareMiB : totalMiB,
    freeMiB: shareMiB,
    sharing,
    speed: null,
  };
  return { gpu, findings };
}
