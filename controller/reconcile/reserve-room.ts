import type { ExtractionSpec } from '../api/extraction-resource.ts';
import { parseQuantity } from '../plan/capacity/parse-quantity.ts';
import { unusableNode } from '../plan/fleet/unusable-node.ts';
import type { NodeCapacity } from '../plan/problem.ts';
import { resources, type Wanted } from './pods/resources.ts';

const MIB = 2 ** 20;

/** A pod that is to be there and has no node yet. */
export interface PodNeed {
  readonly planning: Pick<ExtractionSpec['planning'], 'nodeSelector' | 'tolerations'>;
  readonly wanted: Omit<Wanted, 'resource'>;
  readonly template: ExtractionSpec['podTemplate']['resources']['conductor'];
}

/**
 * Sets room aside for pods that are in no plan, conductors and decode workers, so that workers do not take the last of it: each on the node with most
 * free cores that it may use, those without GPUs first. The scheduler may choose another one; the next round knows.
 */
export function reserveRoom(
  nodes: readonly NodeCapacity[],
  needs: readonly PodNeed[],
): readonly NodeCapacity[] {
  const left = [...nodes];
  for (const { planning, wanted, template } of needs) {
    const { requests = {} } = resources({ ...wanted, resource: null }, template);
    const cores = parseQuantity(requests.cpu ?? '') ?? 0;
    const memoryMiB = (parseQuantity(requests.memory ?? '') ?? 0) / MIB;
    let best = -1;
    left.forEach((node, i) => {
      const hasRoom = (node.cores ?? cores) >= cores && (node.memoryMiB ?? memoryMiB) >= memoryMiB;
      if (!hasRoom || (best >= 0 && !isBetter(node, left[best]!))) return;
      if (unusableNode(node, planning) === null) best = i;
    });
    const node = left[best];
    if (node === undefined) continue;
    left[best] = {
      ...node,
      cores: node.cores === null ? null : node.cores - cores,
      memoryMiB: node.memoryMiB === null ? null : node.memoryMiB - memoryMiB,
    };
  }
  return left;
}

/** For a pod that needs no GPU. */
function isBetter(one: NodeCapacity, other: NodeCapacity): boolean {
  const gpus = one.gpus.length - other.gpus.length;
  return gpus === 0 ? (one.cores ?? 0) > (other.cores ?? 0) : gpus < 0;
}
