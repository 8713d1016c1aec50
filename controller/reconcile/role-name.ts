import { laneOf } from '../../worker/cluster/lane-of.ts';
import type { PodRole } from './observed.ts';

/** For people: `the conductor`, `worker p0-s1-r2`. */
export function nameOfRole(role: PodRole): string {
  return role.kind === 'worker' ? `worker ${laneOf(role)}` : `the ${role.kind}`;
}
