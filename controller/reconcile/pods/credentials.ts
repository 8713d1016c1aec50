import type { ExtractionSpec } from '../../api/extraction-resource.ts';
import type { ControllerSettings } from '../settings.ts';

/** What credentials of an extraction are for. */
const KINDS = ['s3', 'nats'] as const;

/** A Secret of an extraction's namespace that its pods have. */
export interface CredentialSecret {
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
}

/** The extraction's own Secrets, else the controller's for all. */
export function credentialSecrets(
  { credentials }: Pick<ExtractionSpec, 'credentials'>,
  { bus, s3SecretName }: Pick<ControllerSettings, 'bus' | 's3SecretName'>,
): readonly CredentialSecret[] {
  const usual = { s3: s3SecretName, nats: bus.secretName };
  return KINDS.flatMap((kind) => {
    const name = credentials[kind]?.secretName ?? usual[kind];
    return name ? [{ kind, name }] : [];
  });
}
