import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import { pino } from 'pino';
import { Actor } from '../../../controller/k8s/actor.ts';
import type { Action } from '../../../controller/reconcile/decision.ts';
import { Caches } from '../../../controller/runtime/caches.ts';
import { extractionOf } from '../../fixtures/extraction-resource.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { kubeClientOf } from '../../fixtures/kube-client-of.ts';

/** The pod that is released. */
const HELD = { name: 'pod', namespace: 'media', labels: { 'facefleet.dev/uid': 'film' } };

/** Makes pods, except those of these names; takes every change, except while a fault is there. */
let refuse = new Map<string, object>();
let asked: string[] = [];
let deleted: string[] = [];
let patched: { readonly path: string; readonly type: string; readonly body: unknown }[] = [];
let patchFault: { readonly code: number } | null = null;
const client = await kubeClientOf((request, response, body) => {
  const pod = JSON.parse(body);
  if (request.method === 'DELETE') {
    deleted.push(request.url!.split('/').at(-1)!);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"kind":"Status","status":"Success"}');
    return;
  }
  if (request.method === 'PATCH') {
    patched.push({ path: request.url!, type: request.headers['content-type']!, body: pod });
    const metadata = { ...pod.metadata, ...HELD, resourceVersion: '9' };
    response
      .writeHead(patchFault?.code ?? 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(patchFault ?? { metadata }));
    return;
  }
  asked.push(pod.metadata.name);
  const fault = refuse.get(pod.metadata.name);
  Object.assign(pod.metadata, { uid: `uid of ${pod.metadata.name}`, resourceVersion: '5' });
  const code = fault === undefined ? 201 : (fault as { code: number }).code;
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(fault ?? pod));
});

const failure = (code: number, reason: string): object => ({ kind: 'Status', code, reason, message: reason });

function actorOfCaches() {
  const { extractions, pods, jobs } = new Caches({ client, namespace: null, log: pino({ level: 'silent' }) });
  const { signal } = new AbortController();
  return { actor: new Actor({ client, extractions, pods, jobs, check() {}, signal }), pods };
}

/** Asks for twenty pods, `pod-0` and so on. @returns what was done, and what it failed with */
async function makeTwenty(refused: Record<string, object>): Promise<{ done: string[]; error: unknown }> {
  refuse = new Map(Object.entries(refused));
  asked = [];
  const { actor, pods } = actorOfCaches();
  const actions = Array.from({ length: 20 }, (_, i): Action => {
    const metadata = { name: `pod-${i}`, namespace: 'media' };
    return { do: 'createPod', pod: { metadata, spec: { containers: [] } } };
  });
  const done: string[] = [];
  let error: unknown = null;
  try {
    await actor.carryOut(extractionOf(), actions, (action) => {
      if (action.do === 'createPod') done.push(action.pod.metadata!.name!);
    });
  } catch (thrown) {
    error = thrown;
  }
  assert.equal(pods.cache.objects.size, done.length, 'what was made is known at once');
  return { done, error };
}

it('a pod whose name is taken by somebody else holds up no other', async () => {
  const { done, error } = await makeTwenty({ 'pod-3': failure(409, 'AlreadyExists') });
  assert.equal(done.length, 19);
  assert.ok(failsWith('FF7011', /pod-3/)(error));
});

it('what is refused to one pod is not asked for all the others', async () => {
  const { done, error } = await makeTwenty({
    'pod-3': failure(409, 'AlreadyExists'),
    'pod-5': failure(403, 'Forbidden'),
  });
  assert.equal(asked.length, 8);
  assert.equal(done.length, 6);
  assert.ok(failsWith('FF7007')(error));
});

it('where pods cannot be made, those that are to go still do, and nothing else is done', async () => {
  refuse = new Map([['new', failure(403, 'Forbidden')]]);
  [deleted, asked, patched] = [[], [], []];
  const { actor } = actorOfCaches();
  const metadata = { name: 'new', namespace: 'media' };
  const actions: Action[] = [
    { do: 'createPod', pod: { metadata, spec: { containers: [] } } },
    { do: 'deletePod', name: 'old', uid: 'o', now: false },
    { do: 'addFinalizer' },
    { do: 'deleteJob', name: 'job' },
  ];
  await assert.rejects(actor.carryOut(extractionOf(), actions), failsWith('FF7007'));
  assert.deepEqual([asked, deleted, patched], [['new'], ['old', 'job'], []]);
});

/** A pod that Kueue and somebody else hold is released. @returns what is left in the cache, and what it failed with */
async function release(
  uid: string,
  fault: typeof patchFault = null,
): Promise<{ left: V1Pod | null; error: unknown }> {
  patched = [];
  patchFault = fault;
  const { actor, pods } = actorOfCaches();
  const finalizers = ['others.example/hold', 'kueue.x-k8s.io/managed'];
  pods.take({ metadata: { ...HELD, uid: 'here', resourceVersion: '8', finalizers } });
  let error: unknown = null;
  try {
    await actor.carryOut(extractionOf(), [{ do: 'releasePod', name: 'pod', uid }]);
  } catch (thrown) {
    error = thrown;
  }
  return { left: pods.cache.get('media', 'pod'), error };
}

it('releasing a pod takes off the finaliser of Kueue alone, of that very pod as it was seen', async () => {
  const { left, error } = await release('here');
  assert.equal(error, null);
  assert.deepEqual(patched, [
    {
      path: '/api/v1/namespaces/media/pods/pod',
      type: 'application/merge-patch+json',
      body: { metadata: { uid: 'here', resourceVersion: '8', finalizers: ['others.example/hold'] } },
    },
  ]);
  assert.deepEqual(left?.metadata?.finalizers, ['others.example/hold'], 'it is known at once');
});

it('another pod of that name is not released', async () => {
  assert.equal((await release('gone')).error, null);
  assert.deepEqual(patched, []);
});

it('a pod that is gone is released; one that somebody else wrote is looked at again', async () => {
  const missing = { ...failure(404, 'NotFound'), code: 404, details: { name: 'pod', kind: 'pods' } };
  assert.deepEqual(await release('here', missing), { left: null, error: null });
  const conflict = { ...failure(409, 'Conflict'), code: 409 };
  assert.ok(failsWith('FF7004')((await release('here', conflict)).error));
});
