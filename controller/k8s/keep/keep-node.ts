import type { V1Node } from '@kubernetes/client-node';

/** What planning reads of a node. Its images, addresses and heartbeats change often and matter to nobody here. */
export function keepNode({ metadata, spec, status }: V1Node): V1Node {
  const { name, uid, resourceVersion, labels, deletionTimestamp } = metadata ?? {};
  const { unschedulable, taints } = spec ?? {};
  return {
    metadata: {
      ...(name !== undefined && { name }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(labels !== undefined && { labels }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
    spec: {
      ...(unschedulable !== undefined && { unschedulable }),
      ...(taints !== undefined && {
        taints: taints.map(({ key, value, effect }) => ({
          key,
          effect,
          ...(value !== undefined && { value }),
        })),
      }),
    },
    status: {
      ...(status?.allocatable !== undefined && { allocatable: status.allocatable }),
      conditions: (status?.conditions ?? []).map(({ type, status: is }) => ({ type, status: is })),
    },
  };
}
