import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { pino } from 'pino';
import { INFORMER_TIMING, Informer, type RelistReason } from '../../controller/k8s/informer.ts';
import { KubeClient } from '../../controller/k8s/kube-client.ts';
import { CONFIG_MAPS, PODS } from '../../controller/k8s/kube-resource.ts';
import { loadKubeConfig } from '../../controller/k8s/load-kube-config.ts';
import { failsWith } from '../fixtures/fails-with.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { TcpGate } from '../servers/tcp-gate.ts';

const NAMESPACE = 'default';
const log = pino({ level: 'silent' });
const QUICK = { ...INFORMER_TIMING, backoff: { firstMs: 20, longestMs: 500 } };

describe('informer', { skip: withoutKube }, () => {
  let cluster: KubeCluster;
  let client: KubeClient;
  const ending = new AbortController();

  before(async () => {
    cluster = await startKubeCluster();
    client = new KubeClient(loadKubeConfig({ kubeconfig: cluster.kubeconfig }));
  });
  after(async () => {
    ending.abort();
    client.close();
    await cluster[Symbol.asyncDispose]();
  });

  /** Runs until the tests end. */
  function start(label: string, timing = QUICK, through = client) {
    const relists: RelistReason[] = [];
    const informer = new Informer<V1ConfigMap>(CONFIG_MAPS, {
      client: through,
      selection: { namespace: NAMESPACE, labelSelector: `test=${label}` },
      keep: (object) => object,
      log,
      timing,
      onRelist: (reason) => relists.push(reason),
    });
    void informer.run(ending.signal);
    return { informer, relists };
  }

  async function make(label: string, name: string): Promise<V1ConfigMap> {
    const metadata = { name, namespace: NAMESPACE, labels: { test: label } };
    return await client.create(CONFIG_MAPS, NAMESPACE, { metadata, data: { value: '1' } });
  }

  it('follows what comes, changes and goes, each told once', async () => {
    await make('follow', 'follow-a');
    const { informer, relists } = start('follow');
    const told: string[] = [];
    informer.cache.changes.add(({ before, now }) =>
      told.push(`${before?.data?.value ?? '-'} ${now?.data?.value ?? '-'}`),
    );
    await informer.synced;
    await client.patch(CONFIG_MAPS, { namespace: NAMESPACE, name: 'follow-a' }, { data: { value: '2' } });
    await client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name: 'follow-a' });
    await make('follow', 'follow-b');
    await waitUntil('the last change', () => informer.cache.get(NAMESPACE, 'follow-b') !== null);
    assert.deepEqual(told, ['- 1', '1 2', '2 -', '- 1']);
    assert.deepEqual(relists, ['first']);
    assert.equal(informer.trouble, null);
  });

  it('a list of many pages is whole', async () => {
    const names = Array.from({ length: 1100 }, (_, i) => `many-${i}`);
    for (let i = 0; i < names.length; i += 50)
      await Promise.all(names.slice(i, i + 50).map((name) => make('many', name)));
    const { informer } = start('many');
    await informer.synced;
    assert.equal(informer.cache.objects.size, 1100);
  });

  it('a watch that the server ends goes on without a list', async () => {
    const { informer, relists } = start('short', { ...QUICK, watchMs: 1000 });
    await informer.synced;
    for (let i = 0; i < 4; i++) {
      await make('short', `short-${i}`);
      await new Promise((resolve) => setTimeout(resolve, 900));
    }
    await waitUntil('all to be seen', () => informer.cache.objects.size === 4);
    assert.deepEqual(relists, ['first']);
  });

  it('a watch that falls silent is noticed, and what was missed is seen', async () => {
    const { port } = new URL(client.server);
    await using gate = await TcpGate.open(Number(port));
    const access = loadKubeConfig({ kubeconfig: cluster.kubeconfig });
    const through = new KubeClient(gated(access, gate.port), { answerWithinMs: 2000 });
    const { informer, relists } = start('silent', { ...QUICK, stallMs: 2000 }, through);
    await informer.synced;
    // what comes after the list is told by the watch: it is open
    await make('silent', 'silent-b');
    await waitUntil('the watch', () => informer.cache.objects.size === 1);
    gate.silence();
    await make('silent', 'silent-a');
    await waitUntil('the stall', () => informer.trouble !== null);
    assert.equal(informer.cache.objects.size, 1);
    assert.equal(informer.isStuck, false);
    gate.shut();
    gate.reopen();
    await waitUntil('what was missed', () => informer.cache.get(NAMESPACE, 'silent-a') !== null);
    assert.ok(relists.includes('stalled'), relists.join());
    through.close();
  });

  it('lists again from time to time', async () => {
    const { informer, relists } = start('periodic', { ...QUICK, relistMs: 500, watchMs: 1000 });
    await informer.synced;
    await make('periodic', 'periodic-a');
    await waitUntil('a second list', () => relists.includes('periodic'));
    assert.equal(informer.cache.objects.size, 1);
  });

  it('403 names the verb and the resource that the Role lacks', async () => {
    const config = cluster.config('no-such-token');
    const stranger = new KubeClient({ config, namespace: NAMESPACE, server: client.server });
    await assert.rejects(stranger.list(PODS, { namespace: NAMESPACE }), failsWith('FF7002'));
    stranger.close();
    const acting = cluster.config();
    Object.assign(acting.getCurrentUser()!, { impersonateUser: 'nobody' });
    const nobody = new KubeClient({ config: acting, namespace: NAMESPACE, server: client.server });
    await assert.rejects(
      nobody.list(PODS, { namespace: NAMESPACE }),
      failsWith(
        'FF7003',
        'user nobody lacks the verb "list" on the resource "pods"',
        'a Role in namespace default',
      ),
    );
    await assert.rejects(
      nobody.create(PODS, NAMESPACE, { metadata: { name: 'a' } }),
      failsWith('FF7003', 'lacks the verb "create" on the resource "pods"'),
    );
    nobody.close();
  });

  it('goes on where it was after the API server was away, and misses nothing', async () => {
    const { apiServer } = cluster;
    if (apiServer === null) return;
    const { informer } = start('away');
    await make('away', 'away-a');
    await make('away', 'away-b');
    await waitUntil('both', () => informer.cache.objects.size === 2);
    await apiServer.kill();
    await waitUntil('the trouble', () => informer.trouble !== null);
    assert.equal(informer.cache.objects.size, 2, 'what was known stays known');
    await apiServer.start();
    await client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name: 'away-a' });
    await make('away', 'away-c');
    await waitUntil('the deletion', () => informer.cache.get(NAMESPACE, 'away-a') === null);
    await waitUntil('the new one', () => informer.cache.get(NAMESPACE, 'away-c') !== null);
    await waitUntil('the end of the trouble', () => informer.trouble === null);
  });
});

describe('informer, of a server that forgets', { skip: withoutKube }, () => {
  it('lists anew what it cannot watch from any more (410), and tells each change once', async (t) => {
    await using cluster = await startKubeCluster({ watchCache: false });
    const { compact } = cluster;
    if (compact === null) return t.skip('the cluster was not started for the tests');
    const access = loadKubeConfig({ kubeconfig: cluster.kubeconfig });
    const client = new KubeClient(access);
    await using gate = await TcpGate.open(Number(new URL(client.server).port));
    const through = new KubeClient(gated(access, gate.port), { answerWithinMs: 2000 });
    const make = (name: string): Promise<V1ConfigMap> =>
      client.create(CONFIG_MAPS, NAMESPACE, {
        metadata: { name, namespace: NAMESPACE, labels: { test: 'forgets' } },
      });
    const relists: RelistReason[] = [];
    const informer = new Informer<V1ConfigMap>(CONFIG_MAPS, {
      client: through,
      selection: { namespace: NAMESPACE, labelSelector: 'test=forgets' },
      keep: (object) => object,
      log,
      timing: QUICK,
      onRelist: (reason) => relists.push(reason),
    });
    const told: string[] = [];
    informer.cache.changes.add(({ before, now }) =>
      told.push(`${before?.metadata?.name ?? '-'} ${now?.metadata?.name ?? '-'}`),
    );
    const ending = new AbortController();
    const running = informer.run(ending.signal);
    await make('stays');
    await make('goes');
    await waitUntil('both', () => informer.cache.objects.size === 2);
    gate.shut();
    await client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name: 'goes' });
    const comes = await make('comes');
    await compact(comes.metadata!.resourceVersion!);
    gate.reopen();
    await waitUntil('what came', () => informer.cache.get(NAMESPACE, 'comes') !== null);
    assert.ok(relists.includes('expired'), relists.join());
    assert.equal(informer.cache.get(NAMESPACE, 'goes'), null);
    assert.deepEqual(told.slice(0, 2).sort(), ['- goes', '- stays']);
    assert.deepEqual(told.slice(2).sort(), ['- comes', 'goes -']);
    // the watch goes on from the list
    await make('later');
    await waitUntil('what comes later', () => informer.cache.get(NAMESPACE, 'later') !== null);
    assert.equal(informer.trouble, null);
    ending.abort();
    await running;
    for (const each of [client, through]) each.close();
  });
});

/** The same cluster by another port. */
function gated(access: ReturnType<typeof loadKubeConfig>, port: number): ReturnType<typeof loadKubeConfig> {
  return { ...access, server: `https://127.0.0.1:${port}` };
}
