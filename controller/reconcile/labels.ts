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

export const ANNOTATIONS = {
  templateHash: 'facefleet.dev/template-hash',
  /** Name of the ConfigMap of the job that the pod was made for. */
  job: 'facefleet.dev/job',
} as const;
