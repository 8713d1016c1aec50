import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { pino } from 'pino';
import { INFORMER_TIMING } from '../../controller/k8s/informer.ts';
import { KubeClient } from '../../controller/k8s/kube-client.ts';
import { EVENTS, EXTRACTIONS, NAMESPACES, PODS } from '../../controller/k8s/kube-resource.ts';
import { Leadership } from '../../controller/k8s/leadership.ts';
import { loadKubeConfig } from '../../controller/k8s/load-kube-config.ts';
import type { Action, Decision } from '../../controller/reconcile/decision.ts';
import { FINALIZER } from '../../controller/reconcile/delete.ts';
import { LABELS } from '../../controller/reconcile/labels.ts';
import { observePod } from '../../controller/reconcile/observe-pod.ts';
import type { Observed } from '../../controller/reconcile/observed.ts';
import { ownerReference } from '../../controller/reconcile/owner-reference.ts';
import { ControllerProcess } from '../../controller/runtime/controller-process.ts';
import { controllerMetrics } from '../../controller/telemetry/controller-metrics.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { PLAIN_EXTRACTION_CRD } from '../fixtures/plain-extraction-crd.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { freePort } from '../servers/free-port.ts';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';

const NAMESPACE = 'loop';
const WRITES = ['create', 'update', 'patch', 'delete'];

/** One pod and one ConfigMap for each extraction: enough to see what the loop around decisions does. */
function decide({ extraction, pods }: Observed): Decision {
  const { metadata } = extraction;
  const { name, namespace, uid, deletionTimestamp, finalizers = [] } = metadata;
  const about = {
    namespace,
    labels: {
      [LABELS.app]: 'facefleet',
      [LABELS.component]: 'conductor',
      [LABELS.extraction]: name,
      [LABELS.uid]: uid,
    },
    ownerReferences: [ownerReference(extraction)],
  };
  const decision = (phase: 'Pending' | 'Running' | 'Deleting', actions: Action[]): Decision => ({
    status: { ...extraction.status, phase, observedGeneration: metadata.generation },
    actions,
    events:
      extraction.status?.phase === phase
        ? []
        : [{ type: 'Normal', reason: phase, message: `It is ${phase}.` }],
    requeueAfterMs: null,
  });
  if (deletionTimestamp !== undefined) {
    const [pod] = pods;
    if (pod === undefined) return decision('Deleting', [{ do: 'removeFinalizer' }]);
    return decision('Deleting', [{ do: 'deletePod', name: pod.name, uid: pod.uid, now: true }]);
  }
  if (!finalizers.includes(FINALIZER)) return decision('Pending', [{ do: 'addFinalizer' }]);
  if (pods.length > 0) return decision('Running', []);
  const pod: V1Pod = {
    metadata: { ...about, name: `${name}-conductor` },
    spec: { containers: [{ name: 'facefleet', image: 'none' }], automountServiceAccountToken: false },
  };
  return decision('Running', [
    { do: 'createJob', configMap: { metadata: { ...about, name: `${name}-job` }, immutable: true } },
    { do: 'createPod', pod },
  ]);
}

describe('the loop of the controller', { skip: withoutKube }, () => {
  let cluster: KubeCluster;
  let client: KubeClient;
  let lost: number;

  before(async () => {
    lost = await freePort();
    cluster = await startKubeCluster();
    await cluster.createCrd(PLAIN_EXTRACTION_CRD);
    client = new KubeClient(loadKubeConfig({ kubeconfig: cluster.kubeconfig }));
    await client.create(NAMESPACES, null, { metadata: { name: NAMESPACE } });
  });
  after(async () => {
    client.close();
    await cluster[Symbol.asyncDispose]();
  });

  function start(identity: string) {
    const access = loadKubeConfig({ kubeconfig: cluster.kubeconfig });
    const metrics = controllerMetrics();
    const log = pino({ level: process.env.FACEFLEET_TEST_LOG ?? 'silent' });
    const lease = new KubeClient(access, { answerWithinMs: 1500 });
    const own = new KubeClient(access, { onCall: metrics.onCall });
    const process_ = new ControllerProcess({
      client: own,
      namespace: NAMESPACE,
      metrics,
      log,
      identity,
      parallel: 4,
      planAfterMs: 20,
      timing: { ...INFORMER_TIMING, backoff: { firstMs: 50, longestMs: 500 } },
      // nobody listens there: the controller goes on without the bus
      nats: { servers: [`nats://127.0.0.1:${lost}`], credentials: { kind: 'none' }, tls: null },
      settings: {
        images: { cpu: 'none', gpu: 'none' },
        imagePullPolicy: 'Never',
        imagePullSecrets: [],
        bus: { servers: ['nats://none:4222'], replicas: 1, secretName: null, ackWaitMs: 30_000 },
        graceMs: 1000,
        conductor: { cores: 1, memoryMiB: 64 },
      },
      parts: {
        decide,
        observePod,
        readStoredJob: () => {
          throw new FacefleetError('FF5002', 'none');
        },
        resolveRequest: async () => ({ code: 'FF5002', message: 'not looked at' }),
        roundDemands: () => ({ demands: [], nodes: [] }),
        planAll: async () => [],
        profiles: [],
        onnxruntime: '1',
      },
      leadership: new Leadership({
        client: lease,
        namespace: NAMESPACE,
        name: 'loop',
        identity,
        log,
        timing: { durationMs: 4000, renewWithinMs: 3000, everyMs: 300 },
      }),
    });
    const stop = new AbortController();
    const ended = process_.run(stop.signal);
    return {
      process: process_,
      async writes(): Promise<Record<string, number>> {
        const { values } = await metrics.registry
          .getSingleMetric('facefleet_controller_api_calls_total')!
          .get();
        const counts: Record<string, number> = {};
        for (const { labels, value } of values) {
          const { verb, resource } = labels as { verb: string; resource: string };
          if (WRITES.includes(verb))
            counts[`${verb} ${resource}`] = (counts[`${verb} ${resource}`] ?? 0) + value;
        }
        return counts;
      },
      async stop(): Promise<void> {
        stop.abort();
        await ended;
        lease.close();
      },
    };
  }

  async function submit(name: string): Promise<void> {
    const spec = { source: { address: 's3://photos/a' }, output: { address: 's3://faces/a' } };
    // the defaults are the definition's business, and this one has none
    await client.create(EXTRACTIONS, NAMESPACE, { metadata: { name, namespace: NAMESPACE }, spec } as never);
  }

  async function phase(name: string): Promise<string | undefined> {
    return (await client.get(EXTRACTIONS, NAMESPACE, name))?.status?.phase;
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    let now = false;
    const looking = (async () => {
      while (!now) {
        now = await holds().catch(() => false);
        if (!now) await sleep(100);
      }
    })();
    await waitUntil(what, () => now);
    await looking;
  }

  it('makes everything once, and then nothing more', async () => {
    const controller = start('once');
    for (const name of ['a', 'b', 'c']) await submit(name);
    await until('all to run', async () => {
      const phases = await Promise.all(['a', 'b', 'c'].map(phase));
      return phases.every((each) => each === 'Running');
    });
    await until('the pods', async () => (await client.list(PODS, { namespace: NAMESPACE })).length === 3);
    await sleep(1000);
    const writes = await controller.writes();
    assert.deepEqual(writes, {
      'update extractions/status': 6,
      'patch extractions': 3,
      'create configmaps': 3,
      'create pods': 3,
      'create events': 6,
    });
    await sleep(3000);
    assert.deepEqual(await controller.writes(), writes, 'an idle cluster costs no writes');
    assert.equal(controller.process.unwell(), '');
    assert.equal(controller.process.unready(), 'the bus is not connected');
    const [event] = (await client.list(EVENTS, { namespace: NAMESPACE })).filter(
      ({ reason }) => reason === 'Running',
    );
    assert.equal(event?.message, 'It is Running.');
    await controller.stop();
  });

  it('what was done by the one before is not done again', async () => {
    const controller = start('successor');
    await submit('d');
    await until('d to run', async () => (await phase('d')) === 'Running');
    await until('its pod', async () => (await client.get(PODS, NAMESPACE, 'd-conductor')) !== null);
    await sleep(500);
    const { 'create events': _, ...writes } = await controller.writes();
    assert.deepEqual(writes, {
      'update extractions/status': 2,
      'patch extractions': 1,
      'create configmaps': 1,
      'create pods': 1,
    });
    await controller.stop();
  });

  it('a pod that others delete is made again; writes of others in between are no trouble', async () => {
    const controller = start('again');
    await until('it to lead', async () => controller.process.unready() === 'the bus is not connected');
    const first = await client.get(PODS, NAMESPACE, 'a-conductor');
    for (let i = 0; i < 20; i++) {
      const label = { metadata: { labels: { turn: String(i) } } };
      await client.patch(EXTRACTIONS, { namespace: NAMESPACE, name: 'a' }, label);
      if (i === 10)
        await client.delete(PODS, { namespace: NAMESPACE, name: 'a-conductor' }, { graceSeconds: 0 });
    }
    await until('another pod', async () => {
      const pod = await client.get(PODS, NAMESPACE, 'a-conductor');
      return pod !== null && pod.metadata?.uid !== first?.metadata?.uid;
    });
    await controller.stop();
  });

  it('a pod of somebody else that has the name is left alone, and it is said', async () => {
    const spec = { containers: [{ name: 'other', image: 'other' }], automountServiceAccountToken: false };
    await client.create(PODS, NAMESPACE, { metadata: { name: 'e-conductor' }, spec });
    const controller = start('taken');
    await submit('e');
    await until('an Event', async () => {
      const events = await client.list(EVENTS, { namespace: NAMESPACE });
      return events.some(
        ({ reason, message }) => reason === 'ActionFailed' && /belongs to somebody else/.test(message),
      );
    });
    const pod = await client.get(PODS, NAMESPACE, 'e-conductor');
    assert.equal(pod?.spec?.containers[0]?.name, 'other');
    await client.delete(PODS, { namespace: NAMESPACE, name: 'e-conductor' }, { graceSeconds: 0 });
    await until('its own pod', async () => {
      const own = await client.get(PODS, NAMESPACE, 'e-conductor');
      return own?.metadata?.labels?.[LABELS.app] === 'facefleet';
    });
    await controller.stop();
  });

  it('only the leader acts, and the one that stands by goes on when it ends', async () => {
    const first = start('first');
    await until('the first to lead', async () => first.process.unready() === 'the bus is not connected');
    const second = start('second');
    await submit('f');
    await until('f to run', async () => (await phase('f')) === 'Running');
    assert.deepEqual(await second.writes(), {});
    await first.stop();
    await submit('g');
    await until('g to run', async () => (await phase('g')) === 'Running');
    await second.stop();
  });

  it('an API server that is away for longer than the lease: it stands by, and goes on as if nothing had been', async () => {
    const { apiServer } = cluster;
    if (apiServer === null) return;
    const controller = start('away');
    await until('it to lead', async () => controller.process.unready() === 'the bus is not connected');
    await apiServer.kill();
    await sleep(6000);
    assert.notEqual(controller.process.unready(), '');
    assert.equal(controller.process.unwell(), '', 'a new start would be of no use');
    await apiServer.start();
    await submit('h');
    await until('h to run', async () => (await phase('h')) === 'Running');
    await until('its pod', async () => (await client.get(PODS, NAMESPACE, 'h-conductor')) !== null);
    const writes = await controller.writes();
    assert.equal(writes['create pods'], 1);
    await controller.stop();
  });

  it('one that cannot be read says so once, is left alone, and does not hold its deletion up', async () => {
    const controller = start('unread');
    await until('it to lead', async () => controller.process.unready() === 'the bus is not connected');
    await client.create(EXTRACTIONS, NAMESPACE, {
      metadata: { name: 'i', namespace: NAMESPACE, finalizers: [FINALIZER] },
      spec: {
        source: { address: 's3://photos/a' },
        output: { address: 's3://faces/a' },
        transport: 'Pigeon',
      },
    } as never);
    const planned = async () =>
      (await client.get(EXTRACTIONS, NAMESPACE, 'i'))?.status?.conditions?.find(
        ({ type }) => type === 'Planned',
      );
    await until('its condition', async () => (await planned())?.reason === 'NotReadable');
    assert.match((await planned())?.message ?? '', /transport/);
    await sleep(1000);
    const { 'create events': events, ...writes } = await controller.writes();
    assert.deepEqual([writes, events], [{ 'update extractions/status': 1 }, 1]);
    assert.equal(await client.get(PODS, NAMESPACE, 'i-conductor'), null);
    await client.delete(EXTRACTIONS, { namespace: NAMESPACE, name: 'i' });
    await until('it to go', async () => (await client.get(EXTRACTIONS, NAMESPACE, 'i')) === null);
    await controller.stop();
  });

  it('deleted extractions go, with their pods', async () => {
    const controller = start('delete');
    const names = (await client.list(EXTRACTIONS, { namespace: NAMESPACE })).map(
      ({ metadata }) => metadata.name,
    );
    for (const name of names) await client.delete(EXTRACTIONS, { namespace: NAMESPACE, name });
    await until('nothing to be left', async () => {
      const left = await client.list(EXTRACTIONS, { namespace: NAMESPACE });
      const pods = await client.list(PODS, { namespace: NAMESPACE });
      return left.length + pods.length === 0;
    });
    await controller.stop();
  });
});
