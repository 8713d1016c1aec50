import type { ExtractionSpec } from '../api/extraction-resource.ts';
import { parseQuantity } from '../plan/capacity/parse-quantity.ts';
import { usableDevices } from '../plan/fleet/usable-devices.ts';
import { PLAN_OPTIONS } from '../plan/plan-options.ts';
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
  const left = new Map(nodes.map((node) => [node.name, node]));
  for (const { planning, podTemplate } of specs) {
    const { requests = {} } = resources({ ...conductor, resource: null }, podTemplate.resources.conductor);
    const cores = parseQuantity(requests.cpu ?? '') ?? 0;
    const memoryMiB = (parseQuantity(requests.memory ?? '') ?? 0) / MIB;
    const { nodeSelector, tolerations } = planning;
    const usable = usableDevices([...left.values()], { ...PLAN_OPTIONS, nodeSelector, tolerations }).nodes;
    const [best] = usable
      .filter((node) => (node.cores ?? cores) >= cores && (node.memoryMiB ?? memoryMiB) >= memoryMiB)
      .sort((a, b) => a.gpus.length - b.gpus.length || (b.cores ?? 0) - (a.cores ?? 0));
    if (best === undefined) continue;
    left.set(best.name, {
      ...best,
      cores: best.cores === null ? null : best.cores - cores,
      memoryMiB: best.memoryMiB === null ? null : best.memoryMiB - memoryMiB,
    });
  }
  return [...left.values()];
}
