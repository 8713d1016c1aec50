import type { V1OwnerReference } from '@kubernetes/client-node';
import type { ExtractionResource } from '../api/extraction-resource.ts';

/** Makes an extraction the owner of something: it is deleted with it. */
export function ownerReference({ apiVersion, kind, metadata }: ExtractionResource): V1OwnerReference {
  const { name, uid } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
