import type { Placement, Plan, ReplicaGroup } from '../plan.ts';
import type { Gpu, NodeCapacity, Problem } from '../problem.ts';

/** What one plan holds on one node: the most of any of its passes, for they run one after the other. */
export interface Held {
  /** By resource, product and free MiB. */
  readonly devices: ReadonlyMap<string, number>;
  readonly cores: number;
  readonly memoryMiB: number;
}

type Wanted = Pick<Problem, 'roles' | 'options'>;

/** Takes what a plan holds from the free capacity of the nodes, by name, in place. */
export function takeFrom(nodes: Map<string, NodeCapacity>, plan: Plan, wanted: Wanted): void {
  for (const [name, held] of heldByNode(plan, wanted)) {
    const node = nodes.get(name);
    if (node === undefined) continue;
    const less = (free: number | null, amount: number): number | null =>
      free === null ? null : Math.max(0, free - amount);
    nodes.set(name, {
      ...node,
      gpus: withoutDevices(node.gpus, held.devices),
      cores: less(node.cores, held.cores),
      memoryMiB: less(node.memoryMiB, held.memoryMiB),
    });
  }
}

function withoutDevices(gpus: readonly Gpu[], held: Held['devices']): Gpu[] {
  const left = new Map(held);
  return gpus.map((gpu) => {
    const key = deviceKey(gpu);
    const taken = Math.min(gpu.count, left.get(key) ?? 0);
    if (taken === 0) return gpu;
    left.set(key, left.get(key)! - taken);
    return { ...gpu, count: gpu.count - taken, busy: gpu.busy + taken };
  });
}

/** What a plan holds, by node. */
export function heldByNode({ passes }: Plan, wanted: Wanted): ReadonlyMap<string, Held> {
  const all = new Map<string, Held>();
  for (const { stages } of passes) {
    const ofPass = new Map<string, Held>();
    for (const { groups } of stages) {
      for (const group of groups) {
        for (const placement of group.placements) {
          const { node } = placement;
          ofPass.set(
            node,
            together(ofPass.get(node), holding(group, placement, wanted), (a, b) => a + b),
          );
        }
      }
    }
    for (const [node, held] of ofPass) all.set(node, together(all.get(node), held, Math.max));
  }
  return all;
}

function holding(
  { device }: ReplicaGroup,
  { count, threads, cores }: Placement,
  { roles, options }: Wanted,
): Held {
  if (device.resource === null) {
    const threadMiB = roles.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
    return { devices: new Map(), cores, memoryMiB: threads * threadMiB };
  }
  return {
    devices: new Map([[deviceKey({ ...device, resource: device.resource }), count]]),
    cores: count * cores,
    memoryMiB: count * options.workerMemoryMiB,
  };
}

function together(a: Held | undefined, b: Held, combine: (a: number, b: number) => number): Held {
  if (a === undefined) return b;
  const devices = new Map(a.devices);
  for (const [key, count] of b.devices) devices.set(key, combine(devices.get(key) ?? 0, count));
  return { devices, cores: combine(a.cores, b.cores), memoryMiB: combine(a.memoryMiB, b.memoryMiB) };
}

/** Tells devices apart that differ for a plan. */
export function deviceKey({
  resource,
  product,
  freeMiB,
  totalMiB,
  sharing,
}: Pick<Gpu, 'resource' | 'product' | 'freeMiB' | 'totalMiB' | 'sharing'>): string {
  return `${resource} ${product} ${freeMiB} ${totalMiB} ${JSON.stringify(sharing)}`;
}
