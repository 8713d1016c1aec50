import { gpuSpeed } from '../model/gpu-speed.ts';
import type { DeviceClass, Reason } from '../plan.ts';
import type { Gpu, NodeCapacity, PlanOptions, Taint, Toleration } from '../problem.ts';
import { byText } from './by-text.ts';

/** Free devices of one class on one node. */
export interface Slot {
  readonly node: string;
  readonly count: number;
}

/** All free devices of one class. */
export interface DevicePool {
  readonly device: DeviceClass;
  readonly speed: number;
  /** By node name. */
  readonly slots: readonly Slot[];
  readonly count: number;
}

/** What may be used of a cluster. */
export interface UsableDevices {
  /** By class id. */
  readonly pools: readonly DevicePool[];
  /** Usable nodes, for CPU work; by name. */
  readonly nodes: readonly NodeCapacity[];
  /** The cluster has GPUs that may be used, free or busy. */
  readonly hasGpus: boolean;
  /** Nodes and devices that may not be used, and why. */
  readonly leftOut: readonly Reason[];
}

type UseOptions = Pick<
  PlanOptions,
  'excludeGpus' | 'nodeSelector' | 'tolerations' | 'workerCores' | 'workerMemoryMiB'
>;

/** The devices that an extraction may use, alike ones together. The order of `nodes` does not matter. */
export function usableDevices(nodes: readonly NodeCapacity[], options: UseOptions): UsableDevices {
  const leftOut = new Map<string, number>();
  const leave = (code: string, count: number): void => {
    leftOut.set(code, (leftOut.get(code) ?? 0) + count);
  };
  const usable = nodes
    .filter((node) => {
      const code = unusableNode(node, options);
      if (code !== null) leave(code, 1);
      return code === null;
    })
    .sort((a, b) => byText(a.name, b.name));
  const pools = new Map<string, { device: DeviceClass; speed: number; slots: Slot[]; count: number }>();
  const excluded = new Set(options.excludeGpus);
  let hasGpus = false;
  for (const node of usable) {
    const allowed = node.gpus.filter(({ product, count }) => {
      const isOut = [node.name, product, `${node.name}/${product}`].some((name) => excluded.has(name));
      if (isOut) leave('GpuExcluded', count);
      return !isOut;
    });
    hasGpus ||= allowed.some(({ count, busy }) => count + busy > 0);
    let workers = workersOn(node, options);
    for (const gpu of allowed.length > 1 ? allowed.toSorted(largestFirst) : allowed) {
      const count = Math.min(gpu.count, workers);
      if (count < gpu.count) leave('NodeTooSmall', gpu.count - count);
      if (count === 0) continue;
      workers -= count;
      const id = classId(gpu);
      let pool = pools.get(id);
      if (pool === undefined) {
        pool = { device: deviceClass(id, gpu), speed: gpuSpeed(gpu), slots: [], count: 0 };
        pools.set(id, pool);
      }
      const last = pool.slots.at(-1);
      if (last?.node === node.name)
        pool.slots[pool.slots.length - 1] = { node: node.name, count: last.count + count };
      else pool.slots.push({ node: node.name, count });
      pool.count += count;
    }
  }
  return {
    pools: [...pools.values()].sort((a, b) => byText(a.device.id, b.device.id)),
    nodes: usable,
    hasGpus,
    leftOut: [...leftOut].sort(([a], [b]) => byText(a, b)).map(([code, count]) => leftOutReason(code, count)),
  };
}

/** Why nothing may run on a node; null when it may. */
function unusableNode({ schedulable, labels, taints }: NodeCapacity, options: UseOptions): string | null {
  if (!schedulable) return 'NodeNotSchedulable';
  for (const [label, value] of Object.entries(options.nodeSelector)) {
    if (labels[label] !== value) return 'NodeNotSelected';
  }
  return taints.every((taint) => isTolerated(taint, options.tolerations)) ? null : 'NodeTainted';
}

function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  if (taint.effect === 'PreferNoSchedule') return true;
  return tolerations.some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (key === undefined || key === ''
        ? operator === 'Exists'
        : key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))),
  );
}

/** GPU workers that a node has cores and memory for. */
function workersOn({ cores, memoryMiB }: NodeCapacity, { workerCores, workerMemoryMiB }: UseOptions): number {
  const by = (free: number | null, each: number): number =>
    free === null || each === 0 ? Number.POSITIVE_INFINITY : Math.floor(free / each + 1e-9);
  return Math.min(by(cores, workerCores), by(memoryMiB, workerMemoryMiB));
}

/** Fastest first, then most free memory. */
function largestFirst(a: Gpu, b: Gpu): number {
  return gpuSpeed(b) - gpuSpeed(a) || b.freeMiB - a.freeMiB || byText(classId(a), classId(b));
}

function classId(gpu: Gpu): string {
  const { resource, product, freeMiB, totalMiB, sharing, speed } = gpu;
  const shared =
    sharing.kind === 'none'
      ? ''
      : ` ${sharing.kind}:${sharing.kind === 'mig' ? sharing.profile : sharing.replicas}`;
  return `${resource} ${product} ${freeMiB}/${totalMiB}MiB${shared}${speed === null ? '' : ` x${speed}`}`;
}

function deviceClass(id: string, { resource, product, freeMiB, totalMiB, sharing }: Gpu): DeviceClass {
  return { id, resource, product, totalMiB, freeMiB, sharing };
}

function leftOutReason(code: string, count: number): Reason {
  const what: Record<string, string> = {
    NodeNotSchedulable: 'nodes are cordoned or not ready',
    NodeNotSelected: 'nodes do not have the labels of the node selector',
    NodeTainted: 'nodes have a taint that is not tolerated',
    GpuExcluded: 'GPUs are excluded',
    NodeTooSmall: 'GPUs are on nodes without the cores or memory of one more worker',
  };
  return { code, numbers: { count }, sentence: `${count} ${what[code]}.` };
}
