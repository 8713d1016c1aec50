import { counted, mib } from '../explain/format-numbers.ts';
import { gpuSpeed } from '../model/gpu-speed.ts';
import type { DeviceClass, Reason } from '../plan.ts';
import type { Gpu, NodeCapacity, PlanOptions } from '../problem.ts';
import { byText } from './by-text.ts';
import { excludesNothing } from './excludes-nothing.ts';
import { LeftOut } from './left-out.ts';
import { unusableNode } from './unusable-node.ts';

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
  'excludeGpus' | 'gpuResources' | 'nodeSelector' | 'tolerations' | 'workerCores' | 'workerMemoryMiB'
>;

/** The devices that an extraction may use, alike ones together. The order of `nodes` does not matter. */
export function usableDevices(nodes: readonly NodeCapacity[], options: UseOptions): UsableDevices {
  const leftOut = new LeftOut();
  const usable = byName(nodes).filter((node) => {
    const why = unusableNode(node, options);
    if (why !== null) leftOut.add(why.code, why.sentence, node.name, 1, () => why.sentence);
    return why === null;
  });
  const worker = `a worker's ${counted(options.workerCores, 'core')} and ${mib(options.workerMemoryMiB)}`;
  const pools = new Map<string, { device: DeviceClass; speed: number; slots: Slot[]; count: number }>();
  const excluded = new Set(options.excludeGpus);
  let hasGpus = false;
  for (const node of usable) {
    const allowed = node.gpus.filter(({ product, count, resource }) => {
      if (options.gpuResources?.includes(resource) === false) {
        if (count > 0)
          leftOut.add(
            'GpuNotSelected',
            '',
            node.name,
            count,
            (all) => `${counted(all, 'GPU')} of other resources`,
          );
        return false;
      }
      const isOut =
        excluded.size > 0 &&
        [node.name, product, `${node.name}/${product}`].some((name) => excluded.has(name));
      if (isOut && count > 0)
        leftOut.add('GpuExcluded', '', node.name, count, (all) => `${counted(all, 'GPU')} excluded`);
      return !isOut;
    });
    hasGpus ||= allowed.some(({ count, busy }) => count + busy > 0);
    let workers = workersOn(node, options);
    for (const gpu of allowed.length > 1 ? allowed.toSorted(largestFirst) : allowed) {
      const count = Math.min(gpu.count, workers);
      if (count < gpu.count) {
        leftOut.add('NodeTooSmall', '', node.name, gpu.count - count, (all) => {
          return `${counted(all, 'GPU')} not used, for there is not ${worker} for each`;
        });
      }
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
    leftOut: [...excludesNothing(nodes, options.excludeGpus), ...leftOut.reasons()],
  };
}

/** Sorted already, most often: then they are not sorted again. */
function byName(nodes: readonly NodeCapacity[]): readonly NodeCapacity[] {
  const isSorted = nodes.every(({ name }, i) => i === 0 || nodes[i - 1]!.name <= name);
  return isSorted ? nodes : nodes.toSorted((a, b) => byText(a.name, b.name));
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

/** Many plans look at the same devices. */
const CLASS_IDS = new WeakMap<Gpu, string>();

function classId(gpu: Gpu): string {
  const known = CLASS_IDS.get(gpu);
  if (known !== undefined) return known;
  const id = madeClassId(gpu);
  CLASS_IDS.set(gpu, id);
  return id;
}

function madeClassId(gpu: Gpu): string {
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
