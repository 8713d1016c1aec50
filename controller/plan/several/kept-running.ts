import { usableDevices } from '../fleet/usable-devices.ts';
import type { Plan, PlanResult, ReplicaGroup } from '../plan.ts';
import type { NodeCapacity, PlanOptions, Problem } from '../problem.ts';
import { deviceKey, heldByNode } from './take-from.ts';

/** A running plan is given up for a gain of more than this part of its rate. */
const WORTH_A_RESTART = 0.1;
const ROUNDING = 1e-6;

/**
 * The plan that is carried out where the new one would be hardly faster and what the running one holds is still there and may still be
 * used: every other plan has workers start anew.
 */
export function keptRunning(problem: Problem, wanted: PlanResult, running: Plan | null): PlanResult {
  if (running === null || wanted.outcome !== 'planned' || !isAllowed(running, problem)) return wanted;
  const gain = (wanted.framesPerSec ?? 0) / (running.framesPerSec ?? 0);
  return gain <= 1 + WORTH_A_RESTART && hasRoom(running, problem) ? running : wanted;
}

/** Whether it is a plan of this flow, within the limits of the options. */
function isAllowed(running: Plan, { policy, roles, options }: Problem): boolean {
  const planned = running.passes.flatMap(({ stages }) => stages.flatMap((stage) => stage.roles));
  if (running.policy !== policy || planned.join() !== roles.map(({ role }) => role).join()) return false;
  return running.passes.every(({ stages }) => {
    const workers = stages.reduce((sum, { replicas }) => sum + replicas, 0);
    const groups = stages.flatMap((stage) => stage.groups);
    return workers <= (options.maxReplicas ?? workers) && groups.every((group) => isWithin(group, options));
  });
}

function isWithin({ device, memory, placements }: ReplicaGroup, options: PlanOptions): boolean {
  const { workerCores, maxWorkerCores, marginMiB } = options;
  if (device.resource === null) return options.device !== 'gpu';
  if (options.device === 'cpu') return false;
  const usedMiB = memory === null ? 0 : memory.usedMiB - memory.marginMiB + marginMiB;
  const most = Math.max(workerCores, maxWorkerCores ?? workerCores);
  return (
    (memory === null || usedMiB <= Math.max(memory.freeMiB, memory.usedMiB)) &&
    placements.every(({ cores }) => cores >= workerCores && cores <= most)
  );
}

/** Whether all that it holds is free, on nodes and devices that may be used. */
function hasRoom(running: Plan, { roles, options, nodes }: Problem): boolean {
  const usable = usableDevices(nodes, { ...options, workerCores: 0, workerMemoryMiB: 0 });
  const usableNodes = new Map(usable.nodes.map((node) => [node.name, node]));
  const slots = new Set(
    usable.pools.flatMap((pool) => pool.slots.map(({ node }) => `${node} ${pool.device.id}`)),
  );
  const onUsable = running.passes
    .flatMap(({ stages }) => stages.flatMap(({ groups }) => groups))
    .every(({ device, placements }) =>
      placements.every(({ node }) =>
        device.resource === null ? usableNodes.has(node) : slots.has(`${node} ${device.id}`),
      ),
    );
  if (!onUsable) return false;
  return [...heldByNode(running, { roles, options })].every(([name, held]) => {
    const node = usableNodes.get(name);
    if (node === undefined) return false;
    const isEnough = (free: number | null, amount: number): boolean =>
      free === null || amount <= free + ROUNDING;
    return (
      isEnough(node.cores, held.cores) &&
      isEnough(node.memoryMiB, held.memoryMiB) &&
      [...held.devices].every(([key, count]) => count <= countOf(node, key))
    );
  });
}

function countOf({ gpus }: NodeCapacity, key: string): number {
  return gpus.reduce((sum, gpu) => sum + (deviceKey(gpu) === key ? gpu.count : 0), 0);
}
