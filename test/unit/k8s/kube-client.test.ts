import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { beforeEach, it } from 'node:test';
import type { CallRecord } from '../../../controller/k8s/kube-client.ts';
import { PODS } from '../../../controller/k8s/kube-resource.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { type Answer, kubeClientOf } from '../../fixtures/kube-client-of.ts';

let answers: Answer[] = [];
let asked: { method: string; url: string; body: string; headers: IncomingMessage['headers'] }[] = [];
let records: CallRecord[] = [];
const client = await kubeClientOf(
  (request, response, body) => {
    asked.push({ method: request.method!, url: request.url!, body, headers: request.headers });
    answers.shift()?.(request, response, body);
  },
  {
    path: '/base',
    namespace: 'faces',
    answerWithinMs: 1000,
    onCall: (record) => records.push(record),
  },
);
beforeEach(() => {
  answers = [];
  asked = [];
  records = [];
});

const json =
  (code: number, content: object, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content));

it('pages of a list are put together; credentials and path go along', async () => {
  answers = [
    json(200, { metadata: { resourceVersion: '7', continue: 'next' }, items: [{ metadata: { name: 'a' } }] }),
    json(200, { metadata: { resourceVersion: '7' }, items: [{ metadata: { name: 'b' } }] }),
  ];
  const pods = await client.list(PODS, { namespace: 'faces', labelSelector: 'a=b' });
  assert.deepEqual(
    pods.map(({ metadata }) => metadata?.name),
    ['a', 'b'],
  );
  assert.deepEqual(
    asked.map(({ url }) => url),
    [
      '/base/api/v1/namespaces/faces/pods?limit=500&labelSelector=a%3Db',
      '/base/api/v1/namespaces/faces/pods?limit=500&continue=next&labelSelector=a%3Db',
    ],
  );
  assert.equal(asked[0]?.headers.authorization, 'Bearer secret');
});

it('429 is sent again no sooner than Retry-After says', async () => {
  answers = [json(429, {}, { 'retry-after': '1' }), json(201, { metadata: { name: 'a' } })];
  const startMs = performance.now();
  await client.create(PODS, 'faces', { metadata: { name: 'a' } });
  assert.ok(performance.now() - startMs >= 990);
  assert.deepEqual(
    records.map(({ code }) => code),
    [429, 201],
  );
  assert.equal(asked[1]?.body, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }));
});

it('a kept connection that the server closes meanwhile is no failure', async () => {
  answers = [
    json(200, { metadata: { name: 'a' } }),
    (request) => request.socket.destroy(),
    json(200, { metadata: { name: 'a' } }),
  ];
  await client.get(PODS, 'faces', 'a');
  assert.equal((await client.get(PODS, 'faces', 'a'))?.metadata?.name, 'a');
});

it('no answer, a late answer and one that is no JSON are failures with a code', async () => {
  answers = [() => {}];
  await assert.rejects(client.get(PODS, 'faces', 'a'), failsWith('FF7001', /no answer within 1 s/));
  answers = [(_, response) => response.writeHead(200).write('{"a"')];
  await assert.rejects(client.get(PODS, 'faces', 'a'), failsWith('FF7001', /does not end/));
  answers = [(_, response) => response.writeHead(200).end('<html>')];
  await assert.rejects(client.get(PODS, 'faces', 'a'), failsWith('FF7001', /get pods faces\/a/));
});

it('an aborted request rejects with the reason of the signal', async () => {
  const controller = new AbortController();
  // not before it has come: it would take the answer of the next one
  answers = [() => setTimeout(() => controller.abort(new Error('enough')), 20)];
  const asking = client.get(PODS, 'faces', 'a', controller.signal);
  await assert.rejects(asking, /enough/);
});

it('delete: what is gone or another one is null; what ends is given', async () => {
  const conflict = 'Precondition failed: UID in precondition: x, UID in object meta: y';
  answers = [
    json(200, { kind: 'Pod', metadata: { name: 'a', deletionTimestamp: 't' } }),
    json(200, { kind: 'Status', status: 'Success' }),
    json(404, { kind: 'Status', message: 'pods "a" not found', details: { name: 'a' } }),
    json(409, { kind: 'Status', reason: 'Conflict', message: conflict }),
  ];
  const at = { namespace: 'faces', name: 'a' };
  const first = await client.delete(PODS, at, { uid: 'x', graceSeconds: 0 });
  assert.equal(first?.metadata?.name, 'a');
  assert.deepEqual(JSON.parse(asked[0]!.body), {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    preconditions: { uid: 'x' },
    gracePeriodSeconds: 0,
  });
  for (let i = 0; i < 3; i++) assert.equal(await client.delete(PODS, at, { uid: 'x' }), null);
});
