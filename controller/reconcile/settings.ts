/** Where workers have their models from, besides their image. */
export interface ModelSettings {
  /** Address of what `facefleet models push` filled, which is asked instead of the npm registry. */
  readonly store?: string;
  /** Server of that bucket, where the pods' credentials do not name one. */
  readonly endpoint?: string;
  /** Claim in an extraction's namespace that keeps models for all its workers; without one each has a cache that ends with it. */
  readonly cacheClaim?: string;
}

/** What the controller is told when it starts: the same for all extractions. */
export interface ControllerSettings {
  /** Images of conductors and CPU workers, and of GPU workers. */
  readonly images: { readonly cpu: string; readonly gpu: string };
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly imagePullSecrets: readonly string[];
  readonly bus: {
    /** `nats://host:port`, without credentials. */
    readonly servers: readonly string[];
    readonly replicas: 1 | 3 | 5;
    /** Secret of an extraction's namespace whose entries (`NATS_USER`, …) its pods get, where the extraction names none; null: none. */
    readonly secretName: string | null;
    readonly ackWaitMs: number;
  };
  /** Secret of an extraction's namespace with the credentials of its buckets, where the extraction names none. */
  readonly s3SecretName?: string;
  /** Where workers have their models from. */
  readonly models?: ModelSettings;
  /** How long a worker that is told to stop may finish what is in work. */
  readonly graceMs: number;
  /** Cores and memory that a conductor's pod asks for. */
  readonly conductor: { readonly cores: number; readonly memoryMiB: number };
}
