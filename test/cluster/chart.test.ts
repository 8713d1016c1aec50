import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { helm } from '../fixtures/helm.ts';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { kubectl, withoutKubeTool } from '../servers/kubectl.ts';

const LIMIT_MS = 120_000;
const CRD = 'extractions.facefleet.dev';
const missing = process.env.FACEFLEET_TEST_KUBECONFIG
  ? 'the definition of Extractions may belong to others in the cluster of FACEFLEET_TEST_KUBECONFIG'
  : withoutKube || (await withoutKubeTool('helm')) || (await withoutKubeTool('kubectl'));

/** Nothing runs here, for there are no nodes: what is looked at is what the API server takes and keeps. */
suite('The chart on an API server', { skip: missing }, () => {
  let cluster: KubeCluster;
  const get = (...args: readonly string[]): Promise<string> => kubectl(cluster.kubeconfig, 'get', ...args);
  const secret = (name: string, entry: string): Promise<string> =>
    get('secret', name, '--namespace', 'faces', '--output', `jsonpath={.data.${entry}}`);
  const release = (
    verb: 'install' | 'upgrade',
    namespace: string,
    values: Readonly<Record<string, unknown>>,
    ...more: readonly string[]
  ): Promise<string> =>
    helm(
      (chart) => [verb, 'facefleet', chart, '--namespace', namespace, ...more],
      values,
      cluster.kubeconfig,
    );

  before(
    async () => {
      cluster = await startKubeCluster();
    },
    { timeout: LIMIT_MS },
  );
  after(async () => await cluster[Symbol.asyncDispose]());

  test('is installed, upgraded with its passwords kept, and uninstalled with its definition kept', {
    timeout: LIMIT_MS,
  }, async () => {
    const all = { trialS3: { enabled: true }, controller: { replicas: 2 } };
    await release('install', 'faces', all, '--create-namespace');
    const password = await secret('facefleet-nats', 'NATS_PASSWORD');
    const key = await secret('facefleet-trial-s3', 'AWS_SECRET_ACCESS_KEY');
    assert.ok(password.length >= 44 && key.length >= 44);
    assert.match(await get('pdb', '--namespace', 'faces', '--output', 'name'), /\/facefleet$/m);

    await release('upgrade', 'faces', { ...all, controller: { replicas: 1, scope: 'namespace' } });
    assert.equal(await secret('facefleet-nats', 'NATS_PASSWORD'), password);
    assert.equal(await secret('facefleet-trial-s3', 'AWS_SECRET_ACCESS_KEY'), key);
    assert.equal(await get('pdb', '--namespace', 'faces', '--output', 'name'), '');

    await uninstall('faces');
    const left = await get(
      'all,secret,configmap,serviceaccount,role,rolebinding,networkpolicy,clusterrole,clusterrolebinding',
      '--all-namespaces',
      '--selector=app.kubernetes.io/instance=facefleet',
      '--output=name',
    );
    // those go with their owners, a little later
    const owned = /^$|^pod\/|^replicaset\.|^controllerrevision\./;
    assert.deepEqual(
      left.split('\n').filter((line) => !owned.test(line)),
      [],
    );
    assert.equal(
      await get('crd', CRD, '--output=name'),
      `customresourcedefinition.apiextensions.k8s.io/${CRD}\n`,
    );
  });

  test('a definition that was kept is left alone by another release, or taken over when told so', {
    timeout: LIMIT_MS,
  }, async () => {
    await assert.rejects(
      release('install', 'others', {}, '--create-namespace'),
      /invalid ownership metadata/,
    );
    await release('install', 'others', { crds: { install: false } }, '--create-namespace');
    await uninstall('others');
    await release('install', 'others', {}, '--take-ownership');
    const owner = await get(
      'crd',
      CRD,
      '--output=jsonpath={.metadata.annotations.meta\\.helm\\.sh/release-namespace}',
    );
    assert.equal(owner, 'others');
    await uninstall('others');
  });

  async function uninstall(namespace: string): Promise<void> {
    const { kubeconfig } = cluster;
    await helm(() => ['uninstall', 'facefleet', '--namespace', namespace], null, kubeconfig);
  }
});
