import type { Origin, RoleNeed, Throughput } from '../problem.ts';
import { clusterName, type FoundProfile } from './find-profiles.ts';
import { memoryLine } from './memory-line.ts';

/** What is known of a role's model. */
export interface Measured {
  /** On GPUs, by product. */
  readonly gpus: readonly FoundProfile[];
  /** On CPUs. One stands for every core of the cluster: one that the cluster has, else the first. */
  readonly cpus: readonly FoundProfile[];
  /** Runs of the model for one frame: faces per frame × passes of an aligner. */
  readonly itemsPerFrame: number;
  /** Products that the cluster has. */
  readonly gpuProducts: ReadonlySet<string>;
  readonly cpuProducts: ReadonlySet<string>;
}

/**
 * A role's need with measured numbers in place of declared ones. A role has one memory need for all GPUs: the largest of those
 * measured on products of the cluster, and only when every product was measured; otherwise the declared one where it is larger.
 */
export function applyProfiles(need: RoleNeed, measured: Measured): RoleNeed {
  const { itemsPerFrame, gpuProducts, cpuProducts } = measured;
  const gpus = measured.gpus.map(({ product, model }) => ({
    product: clusterName(product, gpuProducts),
    model,
  }));
  const cpu = measured.cpus.find(({ product }) => cpuProducts.has(product)) ?? measured.cpus[0];
  const onlyThisCpu = cpu !== undefined && cpuProducts.size === 1 && cpuProducts.has(cpu.product);
  const throughput = [
    ...gpus.flatMap(({ product, model }) => rates(product, model.batches, itemsPerFrame, 'measured')),
    ...(cpu === undefined
      ? []
      : rates('cpu', cpu.model.batches, itemsPerFrame, onlyThisCpu ? 'measured' : 'guessed')),
    ...need.throughput,
  ];
  const memoryMiB = Math.max(need.memoryMiB, cpu?.model.batches[0]?.memoryMiB ?? 0);
  return { ...need, ...gpuMemory(need, gpus, gpuProducts), memoryMiB, throughput };
}

type Memory = Pick<RoleNeed, 'vramMiB' | 'vramPerBatchMiB' | 'vramOrigin'>;

function gpuMemory(need: RoleNeed, gpus: readonly FoundProfile[], products: ReadonlySet<string>): Memory {
  const here = gpus.filter(({ product }) => products.has(product));
  const lines = here.map(({ model }) => memoryLine(model.batches));
  const all = here.length > 0 && here.length === products.size;
  const declared = { vramMiB: need.vramMiB, vramPerBatchMiB: need.vramPerBatchMiB };
  const known = all ? lines : [...lines, declared];
  return {
    vramMiB: Math.max(...known.map(({ vramMiB }) => vramMiB)),
    vramPerBatchMiB: Math.max(...known.map(({ vramPerBatchMiB }) => vramPerBatchMiB)),
    vramOrigin: all ? 'measured' : need.vramOrigin,
  };
}

function rates(
  product: string,
  batches: FoundProfile['model']['batches'],
  items: number,
  origin: Origin,
): Throughput[] {
  return batches.map(({ batch, itemsPerSecond }) => ({
    product,
    batch,
    framesPerSec: itemsPerSecond / items,
    origin,
  }));
}
