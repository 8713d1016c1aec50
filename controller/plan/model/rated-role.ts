import type { Origin, RoleNeed } from '../problem.ts';
import { type BatchStep, batchCurve } from './batch-curve.ts';
import { type RatedDevice, ratePoints } from './rate-points.ts';

/** A role with its speed on one kind of device. */
export interface RatedRole {
  readonly need: RoleNeed;
  /** Seconds per frame by batch on the GPU; of a `cpu` role and on a core: of one core, batch 1 only. */
  readonly curve: readonly BatchStep[];
  readonly origin: Origin;
}

const CORE: RatedDevice = { product: 'cpu', speed: 0 };

/** The roles on a GPU: `cpu` roles on one core beside it. */
export function rateOnGpu(roles: readonly RoleNeed[], device: RatedDevice): RatedRole[] {
  return roles.map((need) => (need.device === 'cpu' ? onCore(need) : onGpu(need, device)));
}

/** The roles on one core, in batches of one. */
export function rateOnCore(roles: readonly RoleNeed[]): RatedRole[] {
  return roles.map(onCore);
}

function onGpu(need: RoleNeed, device: RatedDevice): RatedRole {
  const points = ratePoints(need, device);
  return { need, curve: batchCurve(points, need.maxBatch), origin: points.origin };
}

function onCore(need: RoleNeed): RatedRole {
  const points = ratePoints(need, CORE);
  return { need, curve: batchCurve(points, 1), origin: points.origin };
}
