import type { ExtractionSpec } from '../../api/extraction-resource.ts';
import type { ControllerSettings } from '../settings.ts';

/** What credentials of an extraction are for. */
const KINDS = ['s3', 'nats'] as const;

/** A Secret of an extraction's namespace that its pods have. */
export interface CredentialSecret {
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
  /** Whether a pod starts without it: nothing that is known of it needs one. */
  readonly optional: boolean;
}

const isBucket = (address: string): boolean => address.startsWith('s3://');

/**
 * The extraction's own Secrets, else the controller's for all. The controller's for buckets need not be there where all is in folders.
 * @param modelStore where the pod has its models from, if it needs any
 */
export function credentialSecrets(
  { credentials, source, output }: Pick<ExtractionSpec, 'credentials' | 'source' | 'output'>,
  { bus, s3SecretName }: Pick<ControllerSettings, 'bus' | 's3SecretName'>,
  modelStore = '',
): readonly CredentialSecret[] {
  const usual = { s3: s3SecretName, nats: bus.secretName };
  return KINDS.flatMap((kind) => {
    const own = credentials[kind]?.secretName;
    const name = own ?? usual[kind];
    const optional =
      kind === 's3' && own === undefined && ![source.address, output.address, modelStore].some(isBucket);
    return name ? [{ kind, name, optional }] : [];
  });
}
