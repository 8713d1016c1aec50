import { finishedPass } from '../model/finished-pass.ts';
import { passFramesPerSec } from '../model/predicted-time.ts';
import type { Pass, Placement, Plan, ReplicaGroup, Stage } from '../plan.ts';
import type { PlanOptions } from '../problem.ts';
import type { BestPass } from './best-pass.ts';
import { byText } from './by-text.ts';
import type { RatedClass, RatedPool } from './rate-table.ts';
import { trim } from './trim.ts';

/** Devices wanted of one class for one stage, and where they were found. */
interface Wish {
  readonly stage: number;
  readonly class: number;
  left: number;
  readonly found: Map<RatedPool, Map<string, number>>;
}

/**
 * Puts the workers of a pass on nodes: where `running` has the same stage on the same device already, then on the devices with least free
 * memory, filling one node after the other by name.
 */
export function place(
  pass: BestPass,
  classes: readonly RatedClass[],
  options: PlanOptions,
  running: Plan | null,
): Pass {
  const target = passFramesPerSec([pass.split.framesPerSec], options);
  const wishes = pass.stages.flatMap(([from, to], stage) => {
    const rates = classes.map((one) => one.rate(from, to));
    return trim(rates, pass.split.devices[stage]!, target).flatMap((left, c): Wish[] =>
      left > 0 ? [{ stage, class: c, left, found: new Map() }] : [],
    );
  });
  const free = new Map<RatedPool, Map<string, number>>();
  const freeOf = (pool: RatedPool): Map<string, number> => {
    let slots = free.get(pool);
    if (slots === undefined) {
      slots = new Map(pool.slots.map(({ node, count }) => [node, count]));
      free.set(pool, slots);
    }
    return slots;
  };
  const take = (wish: Wish, pool: RatedPool, node: string, most: number): void => {
    const slots = freeOf(pool);
    const taken = Math.min(wish.left, most, slots.get(node) ?? 0);
    if (taken <= 0) return;
    slots.set(node, slots.get(node)! - taken);
    wish.left -= taken;
    const nodes = wish.found.get(pool) ?? new Map<string, number>();
    nodes.set(node, (nodes.get(node) ?? 0) + taken);
    wish.found.set(pool, nodes);
  };
  const rolesOf = (stage: number): string[] => {
    const [from, to] = pass.stages[stage]!;
    return classes[0]!.pools[0]!.roles.slice(from, to).map(({ need }) => need.role);
  };
  if (running !== null) {
    for (const wish of wishes) {
      for (const group of groupsOf(running, rolesOf(wish.stage))) {
        for (const pool of classes[wish.class]!.pools) {
          if (pool.device.id !== group.device.id) continue;
          for (const { node, count } of group.placements) take(wish, pool, node, count);
        }
      }
    }
  }
  for (const wish of wishes) {
    for (const pool of classes[wish.class]!.pools) {
      for (const { node } of pool.slots) {
        if (wish.left === 0) break;
        take(wish, pool, node, wish.left);
      }
    }
  }
  const stages = pass.stages.map(([from, to], stage): Stage => {
    const groups = wishes
      .filter((wish) => wish.stage === stage)
      .flatMap(({ found }) => [...found].map(([pool, nodes]) => replicaGroup(pool, from, to, nodes, options)))
      .sort((a, b) => byText(a.device.id, b.device.id));
    return {
      roles: rolesOf(stage),
      device: 'gpu',
      groups,
      replicas: groups.reduce((sum, { replicas }) => sum + replicas, 0),
      framesPerSec: groups.reduce((sum, group) => sum + group.replicas * group.framesPerSec, 0),
    };
  });
  return finishedPass(stages, options);
}

/** The groups of replicas that a plan has for a stage of these roles, in any pass. */
function groupsOf({ passes }: Plan, roles: readonly string[]): readonly ReplicaGroup[] {
  return passes
    .flatMap(({ stages }) => stages)
    .filter((stage) => stage.roles.join() === roles.join())
    .flatMap(({ groups }) => groups);
}

function replicaGroup(
  pool: RatedPool,
  from: number,
  to: number,
  nodes: ReadonlyMap<string, number>,
  { workerCores }: PlanOptions,
): ReplicaGroup {
  const { batches, memory, framesPerSec } = pool.replica(from, to)!;
  const roles = pool.roles.slice(from, to).map(({ need }) => need.role);
  const threads = Math.max(1, Math.floor(workerCores));
  const placements = [...nodes]
    .map(([node, count]): Placement => ({ node, count, threads, cores: workerCores }))
    .sort((a, b) => byText(a.node, b.node));
  return {
    device: pool.device,
    replicas: placements.reduce((sum, { count }) => sum + count, 0),
    batches: Object.fromEntries(roles.map((role, i) => [role, batches[i]!])),
    memory,
    framesPerSec,
    placements,
  };
}
