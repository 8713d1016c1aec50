import { z } from 'zod';
import { ruled } from './rule.ts';
import { setOf } from './set-of.ts';

const QUANTITY = '^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$';
const OWN_LABEL = '^([a-z0-9.-]+[.])?facefleet[.]dev/|^app[.]kubernetes[.]io/(name|component)$';

const quantities = () =>
  z
    .record(
      z.string(),
      z
        .union([
          z.string().max(64).regex(new RegExp(QUANTITY), 'is no quantity such as 500m or 16Gi'),
          z.int().min(0),
        ])
        .transform(String)
        .meta({ 'x-kubernetes-int-or-string': true, pattern: QUANTITY }),
    )
    .exactOptional();

const resources = z.strictObject({
  requests: quantities().describe('Least amounts, such as `cpu: 500m`, by resource.'),
  limits: quantities().describe('Largest amounts, by resource.'),
});

const own = (what: string) => ({
  cel: `self.all(key, !key.matches('${OWN_LABEL}'))`,
  message: `sets ${what} that facefleet sets itself (facefleet.dev/…, app.kubernetes.io/name and component)`,
  holds: (entries: Record<string, string>) =>
    !Object.keys(entries).some((key) => new RegExp(OWN_LABEL).test(key)),
});

const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;
const labelValue = z.string().max(63).regex(LABEL_VALUE, 'is no value of a label');

const dnsName = () =>
  z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'is no name of a Kubernetes object');
const image = () => z.string().min(1).max(1024).exactOptional();

const volume = z.strictObject({
  name: z
    .string()
    .max(56)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'is no name of a volume')
    .describe('Name of the volume.'),
  claimName: dnsName().describe('PersistentVolumeClaim of the same namespace.'),
  mountPath: ruled(
    z.string().min(1).max(1024),
    {
      cel: "self.startsWith('/') && !self.contains(':') && !self.matches('(^|/)[.][.]?(/|$)')",
      message: 'is no absolute path',
      holds: (path) => path.startsWith('/') && !path.includes(':') && !/(^|\/)[.][.]?(\/|$)/.test(path),
    },
    {
      cel: "!self.matches('^/+((facefleet|tmp|dev|proc|sys|etc)(/.*)?)?$')",
      message: 'is a folder that the container has itself',
      holds: (path) => !/^\/+((facefleet|tmp|dev|proc|sys|etc)(\/.*)?)?$/.test(path),
    },
  ).describe('Where conductor and workers see it.'),
  readOnly: z.boolean().default(false).describe('Whether nothing is written to it.'),
});

/** What the pods of an extraction have besides what facefleet gives them. */
export const podTemplate = z
  .strictObject({
    labels: ruled(z.record(z.string(), labelValue).meta({ maxProperties: 64 }), own('labels'))
      .default({})
      .describe('Further labels of all pods.'),
    annotations: ruled(z.record(z.string(), z.string()).meta({ maxProperties: 64 }), own('annotations'))
      .default({})
      .describe('Further annotations of all pods.'),
    resources: z
      .strictObject({
        conductor: resources.exactOptional().describe('Of the conductor.'),
        worker: resources
          .exactOptional()
          .describe('Of every worker. Its GPU is added; cores and memory stand instead of the planned ones.'),
        decoder: resources.exactOptional().describe('Of every decode worker.'),
      })
      .prefault({})
      .describe('Resources that containers ask for instead of the usual ones.'),
    serviceAccountName: dnsName()
      .exactOptional()
      .describe(
        'ServiceAccount of the pods, such as one that a cloud gives access to buckets. No token is mounted.',
      ),
    image: image().describe("Image of conductors and CPU workers instead of the controller's default."),
    gpuImage: image().describe("Image of GPU workers instead of the controller's default."),
    imagePullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .exactOptional()
      .describe('When images are pulled.'),
    imagePullSecrets: setOf(dnsName(), 16).default([]).describe('Secrets that images are pulled with.'),
    priorityClassName: dnsName().exactOptional().describe('PriorityClass of the pods.'),
    volumes: ruled(
      z
        .array(volume)
        .max(32)
        .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'uses a name twice')
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
      {
        cel: 'self.all(one, self.exists_one(other, other.mountPath == one.mountPath))',
        message: 'uses a mountPath twice',
        holds: (all) => new Set(all.map(({ mountPath }) => mountPath)).size === all.length,
      },
    )
      .default([])
      .describe('Volumes that hold source or output, in all pods at the same place.'),
  })
  .prefault({})
  .describe('What the pods have besides what facefleet gives them. A change makes them anew.');
