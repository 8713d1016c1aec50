import { byText } from './fleet/by-text.ts';
import type { Plan, ReplicaGroup } from './plan.ts';

/**
 * `count` workers of one stage on one node: leave them, start them, stop them, or start them again with other batches. Workers that
 * only change their batches keep their place and their lanes.
 */
export interface Action {
  readonly verb: 'keep' | 'start' | 'stop' | 'rebatch';
  readonly roles: readonly string[];
  readonly node: string;
  readonly resource: string | null;
  readonly product: string;
  readonly count: number;
  /** After the action; of `stop`, before it. */
  readonly batches: Readonly<Record<string, number>>;
}

/** Workers that differ in nothing but their batches. */
interface Workers {
  readonly roles: readonly string[];
  readonly node: string;
  readonly group: ReplicaGroup;
  count: number;
}

/**
 * The fewest actions that turn the workers of one plan into those of another: first the ones that are alike in everything, then those
 * that differ in their batches, and only the rest is stopped or started. Stops come before starts, for they free the devices. A role is
 * in one pass of a plan, so that stages of different passes never match by mistake.
 * @param from null: nothing runs yet
 */
export function diff(from: Plan | null, to: Plan | null): readonly Action[] {
  const before = workersOf(from);
  const after = workersOf(to);
  const actions: Action[] = [];
  const act = (verb: Action['verb'], { roles, node, group }: Workers, count: number): void => {
    const { device, batches } = group;
    actions.push({ verb, roles, node, resource: device.resource, product: device.product, count, batches });
  };
  for (const [key, wanted] of after) {
    const present = before.get(key) ?? [];
    for (const isSame of [true, false]) {
      for (const now of wanted) {
        for (const old of present) {
          const count = Math.min(now.count, old.count);
          if (count === 0 || (batchKey(now) === batchKey(old)) !== isSame) continue;
          act(isSame ? 'keep' : 'rebatch', now, count);
          now.count -= count;
          old.count -= count;
        }
      }
    }
  }
  for (const workers of [...before.values()].flat())
    if (workers.count > 0) act('stop', workers, workers.count);
  for (const workers of [...after.values()].flat())
    if (workers.count > 0) act('start', workers, workers.count);
  return actions;
}

/** By stage, node and kind of device; in order of these. */
function workersOf(plan: Plan | null): ReadonlyMap<string, Workers[]> {
  const all = new Map<string, Workers[]>();
  for (const { stages } of plan?.passes ?? []) {
    for (const { roles, groups } of stages) {
      for (const group of groups) {
        for (const { node, count, threads } of group.placements) {
          const { resource, product } = group.device;
          const key = [roles.join('+'), node, resource ?? '', product, threads].join(' ');
          const workers = { roles, node, group, count };
          const alike = all.get(key);
          if (alike === undefined) all.set(key, [workers]);
          else alike.push(workers);
        }
      }
    }
  }
  return new Map([...all].sort(([a], [b]) => byText(a, b)));
}

function batchKey({ roles, group }: Workers): string {
  return roles.map((role) => group.batches[role]).join();
}
