import type { KubeContainer, KubePod, KubeResources } from './kubernetes-objects.ts';
import { parseQuantity } from './parse-quantity.ts';

/** Amounts by resource name: cores for `cpu`, bytes for `memory`, devices for the others. */
export type Amounts = ReadonlyMap<string, number>;

/** Resources that a pod may request as a whole (KEP-2837); devices it cannot. */
const POD_LEVEL = (resource: string): boolean =>
  resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');

/**
 * What the scheduler sets aside on the node for a pod, by the rule of Kubernetes: the sum over its containers and sidecars, or the
 * most that one init container needs together with the sidecars started before it, whichever is more; plus the pod's overhead.
 * Requests of the pod as a whole replace those of its containers for CPU, memory and huge pages.
 */
export function podRequests({ spec }: KubePod): Amounts {
  const total = new Map<string, number>();
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of spec?.containers ?? []) add(total, requestsOf(container));
  for (const container of spec?.initContainers ?? []) {
    const own = requestsOf(container);
    if (container.restartPolicy === 'Always') {
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
      add(own, sidecars);
      raise(starting, own);
    }
  }
  add(total, sidecars);
  raise(total, starting);
  for (const [resource, amount] of amounts({ requests: spec?.resources?.requests ?? {} })) {
    if (POD_LEVEL(resource)) total.set(resource, amount);
  }
  add(total, amounts({ requests: spec?.overhead ?? {} }));
  return total;
}

/** True while a pod holds its node's resources: it is bound, and not finished. */
export function holdsResources({ spec, status }: KubePod): boolean {
  return Boolean(spec?.nodeName) && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function requestsOf({ resources }: KubeContainer): Map<string, number> {
  return amounts(resources);
}

function amounts(resources: KubeResources | undefined): Map<string, number> {
  const out = new Map<string, number>();
  for (const [resource, quantity] of Object.entries({ ...resources?.limits, ...resources?.requests })) {
    const amount = parseQuantity(quantity);
    if (amount !== null && amount > 0) out.set(resource, amount);
  }
  return out;
}

function add(target: Map<string, number>, more: Amounts): void {
  for (const [resource, amount] of more) target.set(resource, (target.get(resource) ?? 0) + amount);
}

function raise(target: Map<string, number>, least: Amounts): void {
  for (const [resource, amount] of least) target.set(resource, Math.max(target.get(resource) ?? 0, amount));
}
