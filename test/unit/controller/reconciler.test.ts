import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import type { ExtractionResource } from '../../../controller/api/extraction-resource.ts';
import { ReportBook } from '../../../controller/bus/report-book.ts';
import { decide } from '../../../controller/reconcile/decide.ts';
import { readStoredJob } from '../../../controller/reconcile/jobs/job-config-map.ts';
import { observePod } from '../../../controller/reconcile/observe-pod.ts';
import { Caches } from '../../../controller/runtime/caches.ts';
import { Controller } from '../../../controller/runtime/controller.ts';
import { controllerMetrics } from '../../../controller/telemetry/controller-metrics.ts';
import { freshExtraction, ONE_PASS, REQUEST } from '../../fixtures/controller/observed.ts';
import { SETTINGS } from '../../fixtures/extraction-resource.ts';
import { kubeClientOf } from '../../fixtures/kube-client-of.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

/** An API server that takes everything but pods, as long as there is a quota; its words differ each time, as those of a quota do. */
let hasQuota = true;
let version = 10;
const tries: string[] = [];
const written: ExtractionResource[] = [];
const client = await kubeClientOf((request, response, body) => {
  const object = JSON.parse(body);
  const answer = (code: number, json: unknown): void => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  };
  if (request.method === 'POST' && request.url!.endsWith('/pods')) {
    tries.push(object.metadata.name);
    const message = `pods "${object.metadata.name}" is forbidden: exceeded quota: gpus, used: ${tries.length}`;
    if (hasQuota) return answer(403, { kind: 'Status', code: 403, reason: 'Forbidden', message });
  }
  version += 1;
  const uid = object.metadata.uid ?? `uid of ${object.metadata.name}`;
  const kept = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(version) } };
  if (request.method === 'PUT') written.push(kept);
  answer(request.method === 'POST' ? 201 : 200, kept);
});
const log = pino({ level: 'silent' });

const ear = { book: new ReportBook(), connected: false, trouble: '', listensSinceMs: null, async run() {} };
const term = { lost: new AbortController().signal, check() {}, async release() {} };

function controllerOf(caches: Caches, uid: string): Controller {
  return new Controller({
    client,
    caches,
    log,
    parts: {
      decide,
      observePod,
      readStoredJob,
      resolveRequest: async () => REQUEST,
      roundDemands: () => ({ demands: [], nodes: [] }),
      planAll: async () => [{ name: uid, result: ONE_PASS }],
      profiles: [],
      onnxruntime: '1',
    },
    settings: SETTINGS,
    metrics: controllerMetrics(),
    identity: 'test',
    parallel: 1,
    planAfterMs: 1,
  });
}

it('that pods are refused is said in one write, at once, and no longer when they are made', async () => {
  const extraction = freshExtraction();
  const caches = new Caches({ client, namespace: null, log });
  caches.extractions.cache.accept(extraction);
  const controller = controllerOf(caches, extraction.metadata.uid);
  controller.start(term, ear);
  const running = () => written.at(-1)?.status?.conditions?.find(({ type }) => type === 'Running');

  await waitUntil('the status says it', () => running()?.reason === 'PodsRefused');
  assert.equal(running()!.status, 'False');
  assert.match(running()!.message, /pods "film-conductor" is forbidden: exceeded quota: gpus/);
  const writes = written.length;
  const before = tries.length;
  await waitUntil('it is tried again', () => tries.length >= before + 3);
  assert.equal(written.length, writes, 'nothing more is written meanwhile');
  assert.ok(tries.length < 12, 'each try comes later than the one before');

  hasQuota = false;
  await waitUntil('the pods are made', () => caches.podsOf.of(extraction.metadata.uid).length === 3);
  await waitUntil('the status says it no longer', () => running()?.reason === 'ConductorStarting');
  assert.equal(written.length, writes + 1);
  await controller.stop();
});

it('a controller that leads again and again leaves nothing behind that listens to nodes', async () => {
  const caches = new Caches({ client, namespace: null, log });
  const controller = controllerOf(caches, 'none');
  const { changes } = caches.nodes.cache;
  const add = changes.add.bind(changes);
  let listening = 0;
  changes.add = (listener) => {
    listening += 1;
    const leave = add(listener);
    return () => {
      listening -= 1;
      leave();
    };
  };
  for (let terms = 0; terms < 3; terms += 1) {
    controller.start(term, ear);
    assert.equal(listening, 1);
    await controller.stop();
    assert.equal(listening, 0);
  }
});
