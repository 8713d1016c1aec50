import type { V1EnvFromSource, V1EnvVar } from '@kubernetes/client-node';
import type { ModelSettings } from '../settings.ts';
import type { CredentialSecret } from './credentials.ts';
import { FOLDERS } from './volumes.ts';

const FIELDS = { POD_NAME: 'metadata.name', POD_NAMESPACE: 'metadata.namespace', NODE_NAME: 'spec.nodeName' };
const VALUES = {
  ...FOLDERS,
  // one arena for each of many threads holds memory that nobody uses
  MALLOC_ARENA_MAX: '2',
};

/**
 * The environment of a container. Credentials come from secrets of the namespace, whole, and by reference only; later ones count.
 * @param models where it has its models from, if it needs any
 */
export function environment(
  secrets: readonly CredentialSecret[],
  models: ModelSettings = {},
): { readonly env: V1EnvVar[]; readonly envFrom: V1EnvFromSource[] } {
  const fields = Object.entries(FIELDS).map(([name, fieldPath]) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  }));
  const entries = {
    ...VALUES,
    ...(models.store && { FACEFLEET_MODELS_STORE: models.store }),
    ...(models.endpoint && { FACEFLEET_MODELS_ENDPOINT: models.endpoint }),
  };
  const values = Object.entries(entries).map(([name, value]) => ({ name, value }));
  return {
    env: [...fields, ...values],
    envFrom: secrets.map(({ name, optional }) => ({ secretRef: { name, ...(optional && { optional }) } })),
  };
}
