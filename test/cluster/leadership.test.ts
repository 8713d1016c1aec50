import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { KubeClient } from '../../controller/k8s/kube-client.ts';
import { LEASES } from '../../controller/k8s/kube-resource.ts';
import { Leadership, type Term } from '../../controller/k8s/leadership.ts';
import { loadKubeConfig } from '../../controller/k8s/load-kube-config.ts';
import { failsWith } from '../fixtures/fails-with.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { TcpGate } from '../servers/tcp-gate.ts';

const NAMESPACE = 'default';
const log = pino({ level: 'silent' });
const timing = { durationMs: 4000, renewWithinMs: 3000, everyMs: 200 };

describe('leadership', { skip: withoutKube }, () => {
  let cluster: KubeCluster;
  let client: KubeClient;
  const never = new AbortController().signal;

  before(async () => {
    cluster = await startKubeCluster();
    client = new KubeClient(loadKubeConfig({ kubeconfig: cluster.kubeconfig }));
  });
  after(async () => {
    client.close();
    await cluster[Symbol.asyncDispose]();
  });

  const candidate = (name: string, identity: string, through = client): Leadership =>
    new Leadership({ client: through, namespace: NAMESPACE, name, identity, log, timing });

  it('of several that want it at the same time one leads; a release lets the next one in at once', async () => {
    const terms: Term[] = [];
    const waiting = ['a', 'b', 'c'].map(async (identity) => {
      const term = await candidate('several', identity).acquire(never);
      terms.push(term);
      return term;
    });
    const first = await Promise.race(waiting);
    await sleep(timing.durationMs + 1000);
    assert.equal(terms.length, 1, 'the others stand by for longer than the lease lasts');
    first.check();
    await first.release();
    const startMs = performance.now();
    await waitUntil('the second', () => terms.length === 2);
    assert.ok(performance.now() - startMs < 3000, 'nobody waits for the end of a released lease');
    assert.throws(() => first.check(), failsWith('FF7013'));
    await terms[1]!.release();
    await Promise.all(waiting);
    await terms[2]!.release();
    const lease = await client.get(LEASES, NAMESPACE, 'several');
    assert.equal(lease?.spec?.holderIdentity, '');
    assert.equal(lease?.spec?.leaseTransitions, 2);
  });

  it('one that is cut off stops before another one leads', async () => {
    const { port } = new URL(client.server);
    await using gate = await TcpGate.open(Number(port));
    const access = loadKubeConfig({ kubeconfig: cluster.kubeconfig });
    const server = `https://127.0.0.1:${gate.port}`;
    const cutOff = new KubeClient({ ...access, server }, { answerWithinMs: 1000 });
    const first = await candidate('cut-off', 'first', cutOff).acquire(never);
    const second = candidate('cut-off', 'second').acquire(never);
    gate.silence();
    let secondLeads = false;
    void second.then(() => {
      secondLeads = true;
    });
    await waitUntil('the loss', () => first.lost.aborted);
    assert.equal(secondLeads, false);
    assert.throws(() => first.check(), failsWith('FF7013', 'could not be renewed'));
    await (await second).release();
    await first.release();
    cutOff.close();
  });

  it('one whose lease was taken or removed stops at once', async () => {
    const term = await candidate('taken', 'first').acquire(never);
    const lease = await client.get(LEASES, NAMESPACE, 'taken');
    await client.patch(
      LEASES,
      { namespace: NAMESPACE, name: 'taken' },
      { spec: { ...lease?.spec, holderIdentity: 'somebody' } },
    );
    await waitUntil('the loss', () => term.lost.aborted);
    assert.throws(() => term.check(), failsWith('FF7013', 'somebody has the lease'));
    await term.release();
    const removed = await candidate('removed', 'first').acquire(never);
    await client.delete(LEASES, { namespace: NAMESPACE, name: 'removed' });
    await waitUntil('the loss', () => removed.lost.aborted);
  });

  it('waiting ends with the signal', async () => {
    const term = await candidate('waiting', 'first').acquire(never);
    const stop = new AbortController();
    const second = candidate('waiting', 'second').acquire(stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 300);
    await assert.rejects(second, /enough/);
    await term.release();
  });
});
