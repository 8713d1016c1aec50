import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiException,
  ApiextensionsV1Api,
  ApiregistrationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type V1CustomResourceDefinition,
} from '@kubernetes/client-node';

const SERVED_WITHIN_MS = 60_000;
const NAMESPACE = 'facefleet-test-extensions';

/** A server of custom resources beside the API server, which passes requests on to it. */
export interface ExtensionServer {
  readonly url: string;
  readonly port: number;
}

/**
 * Creates a definition of custom resources, or makes the one that is there like this, and waits until it is served.
 * @param crd as `loadYaml` of the client gives it: names such as `x-kubernetes-validations` are other ones in its types
 * @param extensions the server that gets it; absent: the API server itself
 */
export async function createCrd(
  config: KubeConfig,
  crd: V1CustomResourceDefinition,
  extensions?: ExtensionServer,
): Promise<void> {
  await apply(extensions === undefined ? config : configFor(config, extensions), crd);
  const { group, names } = crd.spec;
  const versions = crd.spec.versions.filter(({ served }) => served);
  if (extensions !== undefined)
    for (const { name } of versions) await aggregate(config, group, name, extensions);
  const custom = config.makeApiClient(CustomObjectsApi);
  for (const { name } of versions)
    await untilServed(async () => {
      await custom.listClusterCustomObject({ group, version: name, plural: names.plural, limit: 1 });
    });
}

async function apply(config: KubeConfig, crd: V1CustomResourceDefinition): Promise<void> {
  const api = config.makeApiClient(ApiextensionsV1Api);
  const name = crd.metadata!.name!;
  try {
    await api.createCustomResourceDefinition({ body: crd });
  } catch (error) {
    if (!answered(error, 409)) throw error;
    const { metadata } = await api.readCustomResourceDefinition({ name });
    const resourceVersion = metadata!.resourceVersion!;
    await api.replaceCustomResourceDefinition({
      name,
      body: { ...crd, metadata: { ...crd.metadata, resourceVersion } },
    });
  }
}

/** The API server passes a group's requests on to the other one. */
async function aggregate(
  config: KubeConfig,
  group: string,
  version: string,
  { port }: ExtensionServer,
): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  await unlessThere(core.createNamespace({ body: { metadata: { name: NAMESPACE } } }));
  await unlessThere(
    core.createNamespacedService({
      namespace: NAMESPACE,
      body: { metadata: { name: 'extensions' }, spec: { type: 'ExternalName', externalName: 'localhost' } },
    }),
  );
  await unlessThere(
    config.makeApiClient(ApiregistrationV1Api).createAPIService({
      body: {
        metadata: { name: `${version}.${group}` },
        spec: {
          group,
          version,
          groupPriorityMinimum: 1000,
          versionPriority: 10,
          service: { name: 'extensions', namespace: NAMESPACE, port },
          insecureSkipTLSVerify: true,
        },
      },
    }),
  );
}

async function untilServed(ask: () => Promise<void>): Promise<void> {
  for (const endMs = Date.now() + SERVED_WITHIN_MS; ; await sleep(100)) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
    }
  }
}

async function unlessThere(creating: Promise<unknown>): Promise<void> {
  try {
    await creating;
  } catch (error) {
    if (!answered(error, 409)) throw error;
  }
}

function answered(error: unknown, code: number): boolean {
  return error instanceof ApiException && error.code === code;
}

function configFor(config: KubeConfig, { url }: ExtensionServer): KubeConfig {
  const other = new KubeConfig();
  other.loadFromClusterAndUser({ ...config.getCurrentCluster()!, server: url }, config.getCurrentUser()!);
  return other;
}
