import { decodeLaneOf, laneOf } from '../../worker/cluster/lane-of.ts';
import type { PodRole } from './observed.ts';

/** For people: `the conductor`, `worker p0-s1-r2`, `decode worker d1`. */
export function nameOfRole(role: PodRole): string {
  switch (role.kind) {
    case 'worker':
      return `worker ${laneOf(role)}`;
    case 'decoder':
      return `decode worker ${decodeLaneOf(role.replica)}`;
    default:
      return `the ${role.kind}`;
  }
}
