import type { V1Namespace } from '@kubernetes/client-node';

/** Whether it ends is all that is looked at. */
export function keepNamespace({ metadata, status }: V1Namespace): V1Namespace {
  const { name, uid, resourceVersion, deletionTimestamp } = metadata ?? {};
  return {
    metadata: {
      ...(name !== undefined && { name }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
    ...(status?.phase !== undefined && { status: { phase: status.phase } }),
  };
}
