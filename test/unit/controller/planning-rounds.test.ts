import assert from 'node:assert/strict';
import { it } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { KubeClient } from '../../../controller/k8s/kube-client.ts';
import type { Share } from '../../../controller/plan/several/plan-all.ts';
import { Caches } from '../../../controller/runtime/caches.ts';
import { PlanningRounds } from '../../../controller/runtime/planning-rounds.ts';
import { Requests } from '../../../controller/runtime/requests.ts';
import { StoredJobs } from '../../../controller/runtime/stored-jobs.ts';
import { ONE_PASS, WIDER } from '../../fixtures/controller/observed.ts';
import { extractionOf, SETTINGS } from '../../fixtures/extraction-resource.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

const never = (): never => assert.fail('not asked for');
const log = pino({ level: 'silent' });
// never asked: the caches get what the test puts into them
const client = new KubeClient({ config: new KubeConfig(), namespace: 'media', server: 'http://127.0.0.1' });

it('rounds that begin again do not go on from what was planned before they stopped', async () => {
  const caches = new Caches({ client, namespace: null, log });
  const extraction = extractionOf();
  caches.extractions.cache.accept(extraction);
  const { uid } = extraction.metadata;
  let planning = Promise.resolve<readonly Share[]>([{ name: uid, result: ONE_PASS }]);
  const told: string[] = [];
  const fault = { code: 'FF5003', message: 'not looked at' } as const;
  const requests = new Requests(
    { profiles: [], onnxruntime: '1', resolveRequest: async () => fault },
    () => [],
  );
  const rounds = new PlanningRounds({
    caches,
    requests,
    storedJobs: new StoredJobs(caches.jobs.cache, never, log),
    parts: {
      decide: never,
      observePod: never,
      readStoredJob: never,
      resolveRequest: async () => fault,
      roundDemands: () => ({ demands: [], nodes: [] }),
      planAll: () => planning,
      profiles: [],
      onnxruntime: '1',
    },
    settings: SETTINGS,
    afterMs: 1,
    onShare: ({ metadata }) => told.push(metadata.name),
    onRound: () => {},
    onFailure: (error) => assert.fail(String(error)),
  });
  rounds.start();
  await waitUntil('the first round', () => rounds.shareOf(extraction) !== null);
  assert.equal(rounds.shareOf(extraction)?.result, ONE_PASS);
  await rounds.stop();

  const planned = Promise.withResolvers<readonly Share[]>();
  planning = planned.promise;
  rounds.start();
  assert.equal(rounds.shareOf(extraction), null, 'another controller may have planned meanwhile');
  planned.resolve([{ name: uid, result: WIDER }]);
  await waitUntil('the round after it', () => rounds.shareOf(extraction) !== null);
  assert.equal(rounds.shareOf(extraction)?.result, WIDER);
  assert.deepEqual(told, ['holiday', 'holiday']);
  await rounds.stop();
});
