import type { V1ConfigMap } from '@kubernetes/client-node';

/** The ConfigMap without the notes of the API server on who wrote what. */
export function keepJob(object: V1ConfigMap): V1ConfigMap {
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}
