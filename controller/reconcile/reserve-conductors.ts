import type { ExtractionSpec } from '../api/extraction-resource.ts';
import { parseQuantity } from '../plan/capacity/parse-quantity.ts';
import { unusableNode } from '../plan/fleet/unusable-node.ts';
import type { NodeCapacity } from '../plan/problem.ts';
import { resources } from './pods/resources.ts';
import type { ControllerSettings } from './settings.ts';

const MIB = 2 ** 20;

/**
 * Sets room aside for conductors that have no node yet, so that workers do not take the last of it: each on the node with most free cores that it may
 * use, those without GPUs first. The scheduler may choose another one; the next round knows.
 * @param specs of their extractions
 */
export function reserveConductors(
  nodes: readonly NodeCapacity[],
  specs: readonly ExtractionSpec[],
  conductor: ControllerSettings['conductor'],
): readonly NodeCapacity[] {
  const left = [...nodes];
  for (const { planning, podTemplate } of specs) {
    const { requests = {} } = resources({ ...conductor, resource: null }, podTemplate.resources.conductor);
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
