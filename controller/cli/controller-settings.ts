import type { NatsSettings } from '../../worker/bus/nats-settings.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { parseStoreAddress } from '../../worker/store/store-address.ts';
import type { ControllerSettings } from '../reconcile/settings.ts';

export interface ControllerCommandOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** `all`, or one. */
  readonly namespace: string;
  readonly image: string;
  readonly gpuImage: string;
  readonly imagePullPolicy: ControllerSettings['imagePullPolicy'];
  readonly imagePullSecret: readonly string[];
  readonly natsSecret?: string;
  readonly s3Secret?: string;
  readonly podNats?: string;
  readonly modelsStore?: string;
  readonly modelsEndpoint?: string;
  readonly modelsCacheClaim?: string;
  /** In seconds, as is `ackWait`. */
  readonly grace: number;
  readonly ackWait: number;
  readonly conductorCores: number;
  readonly conductorMemoryMib: number;
  readonly profiles: readonly string[];
  readonly listen?: string;
  readonly leaderElect: boolean;
  readonly leaseNamespace?: string;
  readonly leaseName: string;
  readonly leaseDuration: number;
  readonly parallel: number;
  readonly logLevel: string;
}

/** What the command line and the environment say, for all extractions. @throws FacefleetError FF5004 */
export function controllerSettings(
  options: ControllerCommandOptions,
  nats: NatsSettings,
): ControllerSettings {
  const { image, gpuImage, imagePullPolicy, imagePullSecret, natsSecret, s3Secret, podNats } = options;
  const servers = podNats === undefined ? nats.servers : podNats.split(',').map((server) => server.trim());
  return {
    images: { cpu: image, gpu: gpuImage },
    imagePullPolicy,
    imagePullSecrets: imagePullSecret,
    bus: {
      servers: servers.map((server) => (server.includes('://') ? server : `nats://${server}`)),
      replicas: (nats.replicas ?? 1) as 1 | 3 | 5,
      secretName: natsSecret || null,
      ackWaitMs: options.ackWait * 1000,
    },
    ...(s3Secret && { s3SecretName: s3Secret }),
    models: {
      ...(options.modelsStore && { store: podStore(options.modelsStore) }),
      ...(options.modelsEndpoint && { endpoint: options.modelsEndpoint }),
      ...(options.modelsCacheClaim && { cacheClaim: options.modelsCacheClaim }),
    },
    graceMs: options.grace * 1000,
    conductor: { cores: options.conductorCores, memoryMiB: options.conductorMemoryMib },
  };
}

/** An address that means the same in every pod. */
function podStore(address: string): string {
  const place = parseStoreAddress(address);
  if (place.kind === 's3' || place.path.startsWith('/')) return address;
  throw new FacefleetError(
    'FF5004',
    `${JSON.stringify(address)}: pods need s3://bucket/prefix or an absolute path`,
  );
}
