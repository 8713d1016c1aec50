/** Values of an installation, and how many objects of each kind they make. */
export interface ValueSet {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly objects: Readonly<Record<string, number>>;
}

const ACCOUNT = { ServiceAccount: 1, ClusterRoleBinding: 1, Role: 1, RoleBinding: 1 };
const NATS = { StatefulSet: 1, ConfigMap: 1 };
const STANDARD = {
  ...ACCOUNT,
  ...NATS,
  Secret: 1,
  ClusterRole: 3,
  CustomResourceDefinition: 1,
  Deployment: 1,
  NetworkPolicy: 3,
  Pod: 1,
  Service: 2,
};

export const VALUE_SETS: readonly ValueSet[] = [
  { name: 'no values', values: {}, objects: STANDARD },
  {
    name: 'two controllers, each on a node of its own',
    values: {
      controller: {
        replicas: 2,
        priorityClassName: 'high',
        podAnnotations: { note: 'x' },
        nodeSelector: { pool: 'system' },
        tolerations: [{ key: 'system', operator: 'Exists' }],
        extraArgs: ['--parallel=16'],
      },
    },
    objects: { ...STANDARD, PodDisruptionBudget: 1 },
  },
  {
    name: 'one namespace, and a NATS cluster of its own',
    values: {
      controller: { scope: 'namespace' },
      nats: {
        enabled: false,
        url: 'tls://n1:4222,tls://n2:4222',
        existingSecret: 'bus',
        streamReplicas: 3,
      },
    },
    objects: {
      ...ACCOUNT,
      ClusterRole: 3,
      CustomResourceDefinition: 1,
      Deployment: 1,
      NetworkPolicy: 2,
      Pod: 1,
      Service: 1,
    },
  },
  {
    name: 'an S3 server to try things with',
    values: { trialS3: { enabled: true } },
    objects: { ...STANDARD, Deployment: 2, Secret: 2, Service: 3, NetworkPolicy: 4 },
  },
  {
    name: 'everything for Prometheus and Grafana',
    values: {
      metrics: {
        serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
        podMonitor: { enabled: true, interval: '15s' },
        prometheusRule: { enabled: true },
        dashboard: { enabled: true },
      },
      networkPolicy: { metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
    },
    objects: { ...STANDARD, ConfigMap: 2, ServiceMonitor: 1, PodMonitor: 1, PrometheusRule: 1 },
  },
  {
    name: 'rights, account, definition and secrets made by others',
    values: {
      serviceAccount: { create: false, name: 'mine' },
      rbac: { create: false },
      crds: { install: false },
      networkPolicy: { enabled: false },
      nats: { existingSecret: 'bus' },
      s3: { existingSecret: 'bucket' },
      imagePullSecrets: ['registry'],
    },
    objects: { ...NATS, Deployment: 1, Pod: 1, Service: 2 },
  },
  {
    name: 'models from a bucket, kept on a volume',
    values: {
      models: { store: 's3://bucket/models', endpoint: 'https://s3:9000', cacheClaim: 'models' },
    },
    objects: STANDARD,
  },
  {
    name: 'NATS in memory of its pod, with larger messages',
    values: {
      nats: { storage: { persistent: false, size: '2Gi' }, maxPayloadBytes: 33_554_432 },
    },
    objects: STANDARD,
  },
  {
    name: 'other names and images by digest',
    values: {
      fullnameOverride: 'extraction',
      image: { digest: `sha256:${'a'.repeat(64)}` },
      workerImage: { repository: 'registry.example:5000/worker', tag: 'v1' },
      nats: { storage: { className: 'fast' }, image: { digest: `sha256:${'b'.repeat(64)}` } },
    },
    objects: STANDARD,
  },
];
