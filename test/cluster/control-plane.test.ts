import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { CoreV1Api, CustomObjectsApi, type V1CustomResourceDefinition } from '@kubernetes/client-node';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { kubectl } from '../servers/kubectl.ts';

const GROUP = 'test.facefleet.dev';
const CRD: V1CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `things.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { size: { type: 'integer', _default: 2 } },
                x_kubernetes_validations: [{ rule: 'self.size < 5', message: 'it is too large' }],
              },
            },
          },
        },
      },
    ],
  },
};

suite('A control plane for tests', { skip: withoutKube }, () => {
  let cluster: KubeCluster;
  let namespace: string;

  before(async () => {
    cluster = await startKubeCluster();
    await cluster.createCrd(CRD);
    const core = cluster.config().makeApiClient(CoreV1Api);
    const made = await core.createNamespace({ body: { metadata: { generateName: 'facefleet-test-' } } });
    namespace = made.metadata!.name!;
  });

  after(async () => {
    await cluster?.config().makeApiClient(CoreV1Api).deleteNamespace({ name: namespace });
    await cluster?.[Symbol.asyncDispose]();
  });

  const thing = (name: string, spec: object) => ({
    apiVersion: `${GROUP}/v1`,
    kind: 'Thing',
    metadata: { name },
    spec,
  });
  const at = () => ({ group: GROUP, version: 'v1', namespace, plural: 'things' });

  test('serves custom resources with their defaults and CEL rules', async () => {
    const custom = cluster.config().makeApiClient(CustomObjectsApi);
    const made = await custom.createNamespacedCustomObject({ ...at(), body: thing('one', {}) });
    assert.deepEqual(made.spec, { size: 2 });
    await assert.rejects(
      custom.createNamespacedCustomObject({ ...at(), body: thing('large', { size: 7 }) }),
      /it is too large/,
    );
    assert.match(await kubectl(cluster.kubeconfig, 'get', 'things', '-n', namespace), /^one /m);
  });

  test('knows service accounts by their tokens, and refuses what they may not do', async () => {
    const core = cluster.config().makeApiClient(CoreV1Api);
    await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'nobody' } } });
    const { status } = await core.createNamespacedServiceAccountToken({
      name: 'nobody',
      namespace,
      body: { spec: { audiences: [] } },
    });
    const nobody = cluster.config(status!.token).makeApiClient(CoreV1Api);
    await assert.rejects(nobody.listNamespacedPod({ namespace }), /pods is forbidden/);
  });

  test('keeps everything when its API server is stopped and started again', async (t) => {
    const { apiServer } = cluster;
    if (apiServer === null) return t.skip('the cluster was not started for the tests');
    const core = cluster.config().makeApiClient(CoreV1Api);
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'kept' } } });
    await apiServer.kill();
    await assert.rejects(core.readNamespacedConfigMap({ name: 'kept', namespace }));
    await apiServer.start();
    const { metadata } = await core.readNamespacedConfigMap({ name: 'kept', namespace });
    assert.equal(metadata!.name, 'kept');
  });
});
