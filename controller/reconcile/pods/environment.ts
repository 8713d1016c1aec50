import type { V1EnvFromSource, V1EnvVar } from '@kubernetes/client-node';
import type { ExtractionSpec } from '../../api/extraction-resource.ts';
import type { ControllerSettings } from '../settings.ts';
import { FOLDERS } from './volumes.ts';

const FIELDS = { POD_NAME: 'metadata.name', POD_NAMESPACE: 'metadata.namespace', NODE_NAME: 'spec.nodeName' };
const VALUES = {
  ...FOLDERS,
  // one arena for each of many threads holds memory that nobody uses
  MALLOC_ARENA_MAX: '2',
};

/** The environment of a container. Credentials come from secrets of the namespace, whole, and by reference only. */
export function environment(
  { credentials }: Pick<ExtractionSpec, 'credentials'>,
  { bus, s3SecretName }: Pick<ControllerSettings, 'bus' | 's3SecretName'>,
): { readonly env: V1EnvVar[]; readonly envFrom: V1EnvFromSource[] } {
  const fields = Object.entries(FIELDS).map(([name, fieldPath]) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  }));
  const values = Object.entries(VALUES).map(([name, value]) => ({ name, value }));
  const secrets = [
    credentials.s3?.secretName ?? s3SecretName,
    credentials.nats?.secretName ?? bus.secretName,
  ];
  return {
    env: [...fields, ...values],
    envFrom: secrets.flatMap((name) => (name ? [{ secretRef: { name } }] : [])),
  };
}
