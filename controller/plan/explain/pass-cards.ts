import type { Pass, ReplicaGroup } from '../plan.ts';
import type { Gpu, NodeCapacity } from '../problem.ts';

/** Devices of a node that are in the same state, or CPU workers. */
export interface CardSlot {
  readonly state: 'used' | 'idle' | 'busy';
  /** Index of the stage that uses it; null when none does. */
  readonly stage: number | null;
  readonly group: ReplicaGroup | null;
  /** Null for CPU workers. */
  readonly gpu: Gpu | null;
  readonly threads: number;
  readonly count: number;
}

/** Nodes that look alike in a pass. */
export interface NodeCard {
  readonly nodes: readonly string[];
  readonly schedulable: boolean;
  readonly cores: number | null;
  readonly slots: readonly CardSlot[];
}

interface Use {
  readonly stage: number;
  readonly group: ReplicaGroup;
  readonly threads: number;
  count: number;
}

/** What sits on every node in one pass; nodes that have no GPU and no work are left out, nodes that are alike are one card. */
export function passCards(pass: Pass, nodes: readonly NodeCapacity[]): NodeCard[] {
  const uses = usesByNode(pass);
  const cards = new Map<string, { card: NodeCard; nodes: string[] }>();
  for (const node of nodes) {
    const slots = slotsOf(node, uses.get(node.name) ?? []);
    if (slots.length === 0) continue;
    const look = slots.map(({ state, stage, gpu, threads, count }) => [
      state,
      stage,
      threads,
      count,
      gpu?.product,
      gpu?.totalMiB,
      gpu?.freeMiB,
    ]);
    const key = JSON.stringify([
      node.schedulable,
      slots.some(({ gpu }) => gpu === null) ? node.cores : null,
      look,
    ]);
    const same = cards.get(key);
    if (same !== undefined) {
      same.nodes.push(node.name);
      continue;
    }
    const names: string[] = [node.name];
    cards.set(key, {
      card: { nodes: names, schedulable: node.schedulable, cores: node.cores, slots },
      nodes: names,
    });
  }
  const used = ({ slots }: NodeCard): number => (slots.some(({ state }) => state === 'used') ? 0 : 1);
  return [...cards.values()].map(({ card }) => card).sort((a, b) => used(a) - used(b));
}

function usesByNode({ stages }: Pass): ReadonlyMap<string, Use[]> {
  const uses = new Map<string, Use[]>();
  for (const [stage, { groups }] of stages.entries()) {
    for (const group of groups) {
      for (const { node, count, threads } of group.placements) {
        const list = uses.get(node) ?? [];
        uses.set(node, list);
        list.push({ stage, group, threads, count });
      }
    }
  }
  return uses;
}

function slotsOf(node: NodeCapacity, uses: readonly Use[]): CardSlot[] {
  const left = uses.map((use) => ({ ...use }));
  const slots: CardSlot[] = [];
  for (const gpu of node.gpus) {
    let free = gpu.count;
    for (const use of left) {
      if (use.count === 0 || free === 0 || !isOf(gpu, use.group)) continue;
      const count = Math.min(use.count, free);
      use.count -= count;
      free -= count;
      slots.push({ state: 'used', stage: use.stage, group: use.group, gpu, threads: use.threads, count });
    }
    const rest = { stage: null, group: null, gpu, threads: 0 };
    if (free > 0) slots.push({ state: 'idle', ...rest, count: free });
    if (gpu.busy > 0) slots.push({ state: 'busy', ...rest, count: gpu.busy });
  }
  for (const { group, stage, count, threads } of left) {
    if (group.device.resource === null && count > 0)
      slots.push({ state: 'used', stage, group, gpu: null, threads, count });
  }
  return slots;
}

function isOf({ resource, product, totalMiB, freeMiB }: Gpu, { device }: ReplicaGroup): boolean {
  return (
    device.resource === resource &&
    device.product === product &&
    device.totalMiB === totalMiB &&
    device.freeMiB === freeMiB
  );
}
