/** Values that the chart refuses, and what it says: the place and what is allowed there. */
export interface WrongValues {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly message: RegExp;
}

export const WRONG_VALUES: readonly WrongValues[] = [
  {
    name: 'a value that there is none of',
    values: { replicas: 2 },
    message: /Additional property replicas is not allowed/,
  },
  {
    name: 'a misspelt value further down',
    values: { controller: { replica: 2 } },
    message: /controller: Additional property replica is not allowed/,
  },
  {
    name: 'a scope that there is none of',
    values: { controller: { scope: 'node' } },
    message: /controller\.scope: .*must be one of the following: "cluster", "namespace"/,
  },
  {
    name: 'a number as text',
    values: { controller: { replicas: 'two' } },
    message: /controller\.replicas: Invalid type\. Expected: integer, given: string/,
  },
  {
    name: 'too many controllers',
    values: { controller: { replicas: 11 } },
    message: /controller\.replicas: Must be less than or equal to 10/,
  },
  {
    name: 'a log level that there is none of',
    values: { controller: { logLevel: 'verbose' } },
    message: /controller\.logLevel: .*must be one of the following: "trace"/,
  },
  {
    name: 'a conductor without cores',
    values: { controller: { conductor: { cores: 0 } } },
    message: /controller\.conductor\.cores: Must be greater than or equal to 0\.01/,
  },
  {
    name: 'no time to stop in',
    values: { controller: { graceSeconds: 0 } },
    message: /controller\.graceSeconds: Must be greater than or equal to 1/,
  },
  {
    name: 'a digest that is none',
    values: { image: { digest: 'sha256:abc' } },
    message: /image\.digest: Does not match pattern/,
  },
  {
    name: 'an image without a name',
    values: { workerImage: { repository: '' } },
    message: /workerImage\.repository: /,
  },
  {
    name: 'a pull policy that there is none of',
    values: { image: { pullPolicy: 'Sometimes' } },
    message: /image\.pullPolicy: .*must be one of the following: "Always"/,
  },
  {
    name: 'an external NATS without its address',
    values: { nats: { enabled: false } },
    message: /nats\.url: String length must be greater than or equal to 1/,
  },
  {
    name: 'an address of NATS with a password in it',
    values: { nats: { enabled: false, url: 'nats://me:secret@nats:4222' } },
    message: /nats\.url: Does not match pattern/,
  },
  {
    name: 'two servers to keep each lane',
    values: { nats: { streamReplicas: 2 } },
    message: /nats\.streamReplicas: .*must be one of the following: 1, 3, 5/,
  },
  {
    name: 'a size that is no quantity',
    values: { nats: { storage: { size: '10 gigabytes' } } },
    message: /nats\.storage\.size: Does not match pattern/,
  },
  {
    name: 'a bucket that S3 has no room for',
    values: { trialS3: { enabled: true, bucket: 'My_Bucket' } },
    message: /trialS3\.bucket: Does not match pattern/,
  },
  {
    name: 'models from a place that pods do not know',
    values: { models: { store: 'models' } },
    message: /models\.store: Does not match pattern/,
  },
  {
    name: 'a server of models with a password in it',
    values: { models: { endpoint: 'https://me:secret@s3:9000' } },
    message: /models\.endpoint: Does not match pattern/,
  },
  {
    name: 'an interval without a unit',
    values: { metrics: { podMonitor: { interval: '30' } } },
    message: /metrics\.podMonitor\.interval: Does not match pattern/,
  },
  {
    name: 'a name that Services cannot have',
    values: { fullnameOverride: 'my.release' },
    message: /fullnameOverride: Does not match pattern/,
  },
];
