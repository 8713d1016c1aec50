import type { Shortfall } from '../plan.ts';
import type { PlanOptions, RoleNeed } from '../problem.ts';
import type { DevicePool } from './usable-devices.ts';

/** Every GPU role that is larger than each of the devices, alone and in a batch of one, in flow order; all of them when there is no device. */
export function shortfalls(
  roles: readonly RoleNeed[],
  pools: readonly DevicePool[],
  { marginMiB }: Pick<PlanOptions, 'marginMiB'>,
): readonly Shortfall[] {
  let bestFreeMiB = 0;
  let node: string | null = null;
  for (const pool of pools) {
    if (node !== null && pool.device.freeMiB <= bestFreeMiB) continue;
    bestFreeMiB = pool.device.freeMiB;
    node = pool.slots[0]!.node;
  }
  return roles.flatMap(({ role, device, vramMiB, vramPerBatchMiB }): Shortfall[] => {
    const needMiB = vramMiB + vramPerBatchMiB + marginMiB;
    const isShort = device === 'gpu' && (node === null || needMiB > bestFreeMiB);
    return isShort ? [{ role, needMiB, bestFreeMiB, node, what: 'vram' }] : [];
  });
}
