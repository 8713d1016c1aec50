import { type RatedRole, rateOnGpu } from '../model/rated-role.ts';
import { oversizeReplica, type Replica, replicaOn } from '../model/replica.ts';
import type { PlanOptions, RoleNeed } from '../problem.ts';
import type { DevicePool } from './usable-devices.ts';

/** One pool, or with many pools those on which every possible stage is equally fast. */
export interface RatedClass {
  /** Least free memory first. */
  readonly pools: readonly RatedPool[];
  readonly count: number;
  /** Frames/s of one device with the roles from `from` to before `to`; 0 where they do not fit. */
  rate(from: number, to: number): number;
}

/** A pool with its workers. */
export interface RatedPool extends DevicePool {
  readonly roles: readonly RatedRole[];
  /** The worker with the roles from `from` to before `to`; null where they do not fit. */
  replica(from: number, to: number): Replica | null;
}

/** Beyond this many pools, pools that are equally fast count as one class. */
const MOST_POOLS = 64;

/** How fast every run of roles is on every class of device. */
export function rateTable(
  roles: readonly RoleNeed[],
  pools: readonly DevicePool[],
  options: PlanOptions,
): readonly RatedClass[] {
  const oversize = options.allowOversize ? oversizeRoles(roles, pools, options) : new Map<number, number>();
  const byDevice = new Map<string, readonly RatedRole[]>();
  const ratedOn = ({ device: { product }, speed }: DevicePool): readonly RatedRole[] => {
    const key = `${speed} ${product}`;
    let found = byDevice.get(key);
    if (found === undefined) {
      found = rateOnGpu(roles, { product, speed });
      byDevice.set(key, found);
    }
    return found;
  };
  const rated = pools.map((pool) => ratePool(ratedOn(pool), pool, options, oversize));
  const classes = new Map<string, RatedPool[]>();
  for (const pool of rated) {
    if (rated.length <= MOST_POOLS) {
      classes.set(pool.device.id, [pool]);
      continue;
    }
    const key = segments(roles.length)
      .map(([from, to]) => pool.replica(from, to)?.framesPerSec ?? 0)
      .join();
    const alike = classes.get(key);
    if (alike === undefined) classes.set(key, [pool]);
    else alike.push(pool);
  }
  return [...classes.values()].map((alike) => {
    alike.sort((a, b) => a.device.freeMiB - b.device.freeMiB);
    const [first] = alike;
    return {
      pools: alike,
      count: alike.reduce((sum, { count }) => sum + count, 0),
      rate: (from, to) => first!.replica(from, to)?.framesPerSec ?? 0,
    };
  });
}

/** Every run of roles, as from and to. */
export function segments(count: number): readonly (readonly [from: number, to: number])[] {
  return Array.from({ length: count }, (_, from) =>
    Array.from({ length: count - from }, (_, i) => [from, from + i + 1] as const),
  ).flat();
}

function ratePool(
  roles: readonly RatedRole[],
  pool: DevicePool,
  options: PlanOptions,
  oversize: ReadonlyMap<number, number>,
): RatedPool {
  const known = new Map<number, Replica | null>();
  const { freeMiB } = pool.device;
  const replica = (from: number, to: number): Replica | null => {
    const key = from * (roles.length + 1) + to;
    let found = known.get(key);
    if (found === undefined) {
      found =
        oversizeRole(roles, from, to, oversize) === freeMiB
          ? oversizeReplica(roles.slice(from, to), freeMiB, options)
          : replicaOn(roles.slice(from, to), freeMiB, options);
      known.set(key, found);
    }
    return found;
  };
  return { ...pool, roles, replica };
}

/** The memory of the devices that may try a stage whose only GPU role is larger than every device; undefined for other stages. */
function oversizeRole(
  roles: readonly RatedRole[],
  from: number,
  to: number,
  oversize: ReadonlyMap<number, number>,
): number | undefined {
  let found: number | undefined;
  for (let i = from; i < to; i++) {
    if (roles[i]!.need.device === 'cpu') continue;
    if (found !== undefined) return undefined;
    found = oversize.get(i);
    if (found === undefined) return undefined;
  }
  return found;
}

/** Roles larger than every device, with the most free memory there is: only devices with that much may try. */
function oversizeRoles(
  roles: readonly RoleNeed[],
  pools: readonly DevicePool[],
  { marginMiB }: PlanOptions,
): Map<number, number> {
  const mostMiB = Math.max(...pools.map(({ device }) => device.freeMiB));
  const large = roles.flatMap(({ device, vramMiB, vramPerBatchMiB }, i) =>
    device === 'gpu' && vramMiB + vramPerBatchMiB + marginMiB > mostMiB ? [i] : [],
  );
  return new Map(large.map((i) => [i, mostMiB]));
}
