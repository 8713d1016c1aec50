import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { parseQuantity } from '../../plan/capacity/parse-quantity.ts';

/** What a container is to ask for. */
export interface Wanted {
  readonly cores: number;
  readonly memoryMiB: number;
  /** Extended resource of which it gets one; null: none. */
  readonly resource: string | null;
}

type Amounts = Record<string, string>;

/**
 * Requests of a container: what is wanted, or what the pod template says instead. There are no limits but the template's own, and one device
 * where it has a GPU. Where the template limits something to less than is wanted, no more than that is asked for.
 */
export function resources(
  { cores, memoryMiB, resource }: Wanted,
  template: { readonly requests?: Amounts; readonly limits?: Amounts } = {},
): V1ResourceRequirements {
  const limits: Amounts = { ...template.limits };
  const requests: Amounts = {
    cpu: `${Math.max(1, Math.round(cores * 1000))}m`,
    memory: `${Math.ceil(memoryMiB)}Mi`,
  };
  for (const [name, amount] of Object.entries(requests)) {
    const limit = parseQuantity(limits[name] ?? '');
    if (limit !== null && limit < parseQuantity(amount)!) requests[name] = limits[name]!;
  }
  Object.assign(requests, template.requests);
  if (resource !== null) {
    limits[resource] = '1';
    requests[resource] = '1';
  }
  return Object.keys(limits).length > 0 ? { requests, limits } : { requests };
}
