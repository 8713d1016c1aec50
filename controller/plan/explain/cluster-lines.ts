import type { Gpu, NodeCapacity } from '../problem.ts';
import { counted, grouped, mib } from './format-numbers.ts';

/** Devices of the cluster that are alike. */
interface Kind {
  readonly gpu: Gpu;
  free: number;
  busy: number;
  /** Free ones on nodes that take no pods. */
  blocked: number;
  readonly nodes: Set<string>;
}

/** The cluster in a few lines: nodes, cores, and GPUs by kind. */
export function clusterLines(nodes: readonly NodeCapacity[]): string[] {
  const usable = nodes.filter(({ schedulable }) => schedulable);
  const cores = usable.reduce((sum, node) => sum + (node.cores ?? 0), 0);
  const blocked = nodes.length - usable.length;
  const head = [
    `Cluster: ${counted(nodes.length, 'node')}${blocked > 0 ? ` (${grouped(blocked)} not usable)` : ''}`,
    ...(cores > 0 ? [`${grouped(Math.floor(cores))} cores free`] : []),
  ].join(', ');
  return [head, ...[...kinds(nodes).values()].map(kindLine)];
}

function kinds(nodes: readonly NodeCapacity[]): ReadonlyMap<string, Kind> {
  const found = new Map<string, Kind>();
  for (const node of nodes) {
    for (const gpu of node.gpus) {
      const key = `${gpu.resource} ${gpu.product} ${gpu.totalMiB} ${gpu.freeMiB} ${JSON.stringify(gpu.sharing)}`;
      const kind = found.get(key) ?? { gpu, free: 0, busy: 0, blocked: 0, nodes: new Set<string>() };
      found.set(key, kind);
      kind[node.schedulable ? 'free' : 'blocked'] += gpu.count;
      kind.busy += gpu.busy;
      kind.nodes.add(node.name);
    }
  }
  return found;
}

function kindLine({ gpu, free, busy, blocked, nodes }: Kind): string {
  const memory =
    gpu.freeMiB < gpu.totalMiB
      ? `${mib(gpu.freeMiB)} of ${mib(gpu.totalMiB)} each`
      : `${mib(gpu.totalMiB)} each`;
  const rest = [
    ...(busy > 0 ? [`${grouped(busy)} in use`] : []),
    ...(blocked > 0 ? [`${grouped(blocked)} on unusable nodes`] : []),
  ];
  const state = [`${grouped(free)} free`, ...rest].join(', ');
  return `  ${gpu.product}${sharingText(gpu)}: ${state}; ${memory}; on ${counted(nodes.size, 'node')}`;
}

function sharingText({ sharing, resource }: Gpu): string {
  switch (sharing.kind) {
    case 'none':
      return '';
    case 'timeSlicing':
      return ` (time-sliced by ${sharing.replicas})`;
    case 'mps':
      return ` (MPS share of 1/${sharing.replicas})`;
    case 'mig':
      return ` (MIG slice, ${resource})`;
  }
}
