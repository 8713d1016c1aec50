/** A condition as all of Kubernetes writes them (metav1.Condition). */
export interface Condition {
  type: 'Planned' | 'Admitted' | 'Running' | 'Succeeded' | 'Failed' | 'Suspended';
  status: 'True' | 'False' | 'Unknown';
  observedGeneration: number;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

interface PluginChoice {
  plugin: string;
  options: Record<string, unknown>;
}

interface S3 {
  endpoint?: string;
  region?: string;
  pathStyle?: boolean;
}

interface Toleration {
  key?: string;
  operator?: 'Equal' | 'Exists';
  value?: string;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  tolerationSeconds?: number;
}

interface Resources {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

/** What is wanted, with every default filled in. */
export interface ExtractionSpec {
  source: { address: string; recursive: boolean; everyN: number; s3?: S3 };
  output: {
    address: string;
    s3?: S3;
    sizePx: number;
    faces: boolean;
    debugLandmarks: boolean;
    existing: 'Continue' | 'Overwrite' | 'Keep' | 'KeepWithFaces';
  };
  detector:
    | (PluginChoice & { anglesDeg: number[]; minDiagonalPx: number; minPercent: number; maxPercent: number })
    | null;
  aligner: PluginChoice & {
    normalise: 'none' | 'clahe' | 'hist' | 'mean';
    reFeeds: number;
    reAlign: boolean;
    filters: {
      features: boolean;
      minScale: number;
      maxScale: number;
      distancePercent: number;
      rollDeg: number;
    } | null;
  };
  maskers: PluginChoice[];
  planning: {
    policy: 'fleet' | 'compat';
    device: 'auto' | 'gpu' | 'cpu';
    maxReplicas: number | null;
    excludeGpus: string[];
    nodeSelector: Record<string, string>;
    tolerations: Toleration[];
    allowOversize: boolean;
    marginMiB?: number;
    workerCores?: number;
    workerMemoryMiB?: number;
    maxWorkerCores?: number;
    frameCoreSec?: number;
    runtimeClassName?: string;
    gpuResources?: string[];
  };
  transport: 'Auto' | 'Reference';
  limits: {
    maxPixels: number;
    maxBytes: number;
    decodeTimeoutSeconds: number;
    tries: number;
    maxFailedInARow: number;
    maxFailedPercent: number;
  };
  suspend: boolean;
  priority: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  backoffLimit: number;
  credentials: { s3?: { secretName: string }; nats?: { secretName: string } };
  podTemplate: {
    labels: Record<string, string>;
    annotations: Record<string, string>;
    resources: { conductor?: Resources; worker?: Resources };
    serviceAccountName?: string;
    image?: string;
    gpuImage?: string;
    imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
    imagePullSecrets: string[];
    priorityClassName?: string;
    volumes: { name: string; claimName: string; mountPath: string; readOnly: boolean }[];
  };
}

/** What has become of an extraction, as the controller last wrote it. */
export interface ExtractionStatus {
  phase?: 'Pending' | 'Waiting' | 'Running' | 'Suspended' | 'Succeeded' | 'Failed' | 'Deleting';
  observedGeneration?: number;
  conditions?: Condition[];
  plan?: {
    revision: number;
    /** Of the spec that it was made for. */
    generation: number;
    /** Name of the ConfigMap that holds it. */
    job: string;
    policy: 'fleet' | 'compat';
    /** One line for people. */
    summary: string;
    /** Predicted; null when not known. */
    framesPerSec: number | null;
    durationSeconds: number | null;
    passes: {
      stages: {
        roles: string[];
        device: 'gpu' | 'cpu';
        product: string;
        replicas: number;
        batches: Record<string, number>;
      }[];
    }[];
  };
  /** 0-based pass that goes on. */
  pass?: number;
  passes?: {
    index: number;
    state: 'Waiting' | 'Running' | 'Done';
    workers: number;
    ready: number;
    frames: number;
    startedAt?: string;
    finishedAt?: string;
  }[];
  progress?: {
    total: number | null;
    frames: number;
    carried: number;
    faces: number;
    failed: number;
    framesPerSecond: number | null;
    etaSeconds: number | null;
  };
  attempts?: {
    /** Crashes, which count to `backoffLimit`. */
    failures: number;
    /** Pods made anew because the cluster took theirs away. */
    replacements: number;
    /** uids of pods that are counted and still there. */
    countedPods: string[];
    /** Stages whose batches were lowered because a worker ran out of memory. */
    lowered: { pass: number; stage: number; reason: string; at: string }[];
  };
  startTime?: string;
  completionTime?: string;
  /** Time in which it was not suspended since it started. */
  activeSeconds?: number;
  failure?: { code: string | null; reason: string; message: string };
}

/** The custom resource `Extraction`, group `facefleet.dev`, version `v1alpha1`. */
export interface ExtractionResource {
  apiVersion: 'facefleet.dev/v1alpha1';
  kind: 'Extraction';
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    generation: number;
    resourceVersion: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    finalizers?: string[];
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: ExtractionSpec;
  status?: ExtractionStatus;
}
