/** Labels and annotations of what the controller makes. */
export const LABELS = {
  /** Always `facefleet`. */
  app: 'app.kubernetes.io/name',
  /** `conductor`, `worker`, `decoder` or `cleaner`. */
  component: 'app.kubernetes.io/component',
  /** Name of the extraction; a long one cut (see `childBase`). */
  extraction: 'facefleet.dev/extraction',
  uid: 'facefleet.dev/uid',
  pass: 'facefleet.dev/pass',
  stage: 'facefleet.dev/stage',
  replica: 'facefleet.dev/replica',
} as const;

/** What Kueue knows pods by. */
export const KUEUE = {
  /** Label of an Extraction that its pods get, too. */
  queue: 'kueue.x-k8s.io/queue-name',
  /** Label of a pod. */
  group: 'kueue.x-k8s.io/pod-group-name',
  /** Annotation of a pod. */
  total: 'kueue.x-k8s.io/pod-group-total-count',
  /** Finaliser that Kueue puts on its pods. */
  finalizer: 'kueue.x-k8s.io/managed',
} as const;

export const ANNOTATIONS = {
  templateHash: 'facefleet.dev/template-hash',
  /** Name of the ConfigMap of the job that the pod was made for. */
  job: 'facefleet.dev/job',
} as const;
