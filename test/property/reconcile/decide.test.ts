import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlanResult } from '../../../controller/plan/plan.ts';
import { decide } from '../../../controller/reconcile/decide.ts';
import { MAKING, type Making } from '../../../controller/reconcile/making.ts';
import { FAKE_MAKING } from '../../fixtures/controller/fake-making.ts';
import { ModelCluster } from '../../fixtures/controller/model-cluster.ts';
import { type Mishap, ModelController } from '../../fixtures/controller/model-controller.ts';
import { ONE_PASS, TWO_PASSES, WIDER } from '../../fixtures/controller/observed.ts';
import { SETTINGS } from '../../fixtures/extraction-resource.ts';
import { refused } from '../../fixtures/plan-problem.ts';

/** What a planning round says, by a word that is easier to read in a counterexample. */
const SHARES = {
  onePass: ONE_PASS,
  wider: WIDER,
  twoPasses: TWO_PASSES,
  noRoom: refused({ nodes: [] }),
  none: null,
} as const satisfies Record<string, PlanResult | null>;
type ShareName = keyof typeof SHARES;

/** Something that happens to a cluster or its controller; `nth` chooses the pod or job that it happens to. */
type Event =
  | { readonly is: 'time'; readonly seconds: number }
  | { readonly is: 'reconcile'; readonly mishap: Mishap }
  | { readonly is: 'pod'; readonly nth: number; readonly fate: Fate }
  | { readonly is: 'node'; readonly fate: 'lost' | 'gone' | 'back' }
  | { readonly is: 'share'; readonly share: ShareName }
  | { readonly is: 'suspend' | 'resume' | 'delete' | 'restart' | 'fallBehind' | 'catchUp' | 'bus' | 'config' }
  | { readonly is: 'jobLost'; readonly nth: number };

type Fate =
  | 'crash'
  | 'outOfMemory'
  | 'evicted'
  | 'deleted'
  | 'vanishes'
  | 'stopped'
  | 'ends'
  | 'rejected'
  | 'stuck';

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('time' as const), seconds: fc.nat({ max: 60 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('reconcile' as const),
      mishap: fc.constantFrom<Mishap>(
        'none',
        'none',
        'status is not written',
        'dies after the status',
        'dies after one action',
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      is: fc.constant('pod' as const),
      nth: fc.nat({ max: 5 }),
      fate: fc.constantFrom<Fate>(
        'crash',
        'outOfMemory',
        'evicted',
        'deleted',
        'vanishes',
        'stopped',
        'ends',
        'rejected',
        'stuck',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('node' as const),
      fate: fc.constantFrom('lost' as const, 'gone' as const, 'back' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('share' as const),
      share: fc.constantFrom<ShareName>('onePass', 'wider', 'twoPasses', 'twoPasses', 'noRoom', 'none'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constantFrom(
        'suspend' as const,
        'resume' as const,
        'resume' as const,
        'restart' as const,
        'fallBehind' as const,
        'fallBehind' as const,
        'catchUp' as const,
        'bus' as const,
        'config' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('jobLost' as const), nth: fc.nat({ max: 2 }) }) },
);

function happen(one: Event, cluster: ModelCluster, controller: ModelController): void {
  if (cluster.extraction === null) return;
  const { spec } = cluster.extraction;
  switch (one.is) {
    case 'time':
      live(one.seconds * 1000, cluster, controller);
      return;
    case 'reconcile':
      controller.reconcile(one.mishap);
      return;
    case 'pod':
      befall(one.nth, one.fate, cluster);
      return;
    case 'node':
      if (one.fate === 'gone') cluster.removeNode('node-a');
      else cluster.setNode('node-a', one.fate === 'back');
      return;
    case 'share':
      cluster.share = SHARES[one.share];
      cluster.version += 1;
      return;
    case 'jobLost':
      cluster.jobs.delete([...cluster.jobs.keys()][one.nth] ?? '');
      cluster.version += 1;
      return;
    case 'suspend':
    case 'resume':
      if (spec.suspend !== (one.is === 'suspend')) cluster.changeSpec({ suspend: one.is === 'suspend' });
      return;
    case 'config':
      cluster.changeSpec({ priority: spec.priority + 1 });
      return;
    case 'delete':
      cluster.deleteExtraction();
      return;
    case 'restart':
      controller.restart();
      return;
    case 'fallBehind':
    case 'catchUp':
      controller.isBehind = one.is === 'fallBehind';
      return;
    case 'bus':
      cluster.isBusUp = !cluster.isBusUp;
      cluster.busUpSinceMs = cluster.nowMs;
      return;
  }
}

function befall(nth: number, fate: Fate, cluster: ModelCluster): void {
  const pods = [...cluster.pods.values()];
  const pod = pods[nth % Math.max(1, pods.length)];
  if (pod === undefined) return;
  switch (fate) {
    case 'crash':
      cluster.end(pod, 1);
      return;
    case 'outOfMemory':
      cluster.end(pod, 137, { reason: 'OOMKilled' });
      return;
    case 'evicted':
      if (pod.end === null && pod.phase === 'Running') pod.disruption = 'Evicted';
      cluster.end(pod, null, { reason: 'Evicted' });
      return;
    case 'deleted':
      cluster.deletePod(pod, false);
      return;
    case 'vanishes':
      cluster.deletePod(pod, true);
      return;
    case 'stopped':
      cluster.end(pod, 130);
      return;
    case 'ends':
      if (pod.role.kind === 'worker') cluster.end(pod, 0);
      return;
    case 'rejected':
      cluster.end(pod, null, { reason: 'UnexpectedAdmissionError' });
      return;
    case 'stuck':
      pod.waiting = pod.waiting === null ? { reason: 'ImagePullBackOff', message: 'no such image' } : null;
      cluster.version += 1;
      return;
  }
}

/** Lets time pass, the controller looking whenever there is a reason to. */
function live(ms: number, cluster: ModelCluster, controller: ModelController): void {
  const untilMs = cluster.nowMs + ms;
  for (let steps = 0; cluster.nowMs < untilMs && cluster.extraction !== null; steps += 1) {
    assert.ok(steps < 5000, 'it is never at rest');
    if (controller.reconcile()) continue;
    const nextMs = Math.min(untilMs, cluster.nextAtMs() ?? untilMs, controller.dueMs ?? untilMs);
    cluster.passTime(Math.max(1, nextMs - cluster.nowMs));
  }
}

const isOver = ({ extraction }: ModelCluster): boolean =>
  extraction === null || extraction.status?.phase === 'Succeeded' || extraction.status?.phase === 'Failed';

/** What is left of an extraction that has come to its end is at rest. */
function checkRest(cluster: ModelCluster, controller: ModelController, making: Making = FAKE_MAKING): void {
  live(900_000, cluster, controller);
  const { extraction } = cluster;
  assert.ok(extraction !== null);
  for (const pod of cluster.pods.values()) assert.ok(pod.end !== null, `${pod.name} still runs`);
  const writes = controller.statusWrites;
  live(3_600_000, cluster, controller);
  assert.equal(controller.statusWrites, writes, 'an extraction at rest costs no writes');
  const { actions } = decide(cluster.observe(), cluster.nowMs, SETTINGS, making);
  assert.deepEqual(actions, []);
}

/** Faults stop, and what was taken away comes back. */
function calmDown(cluster: ModelCluster, controller: ModelController): void {
  controller.isBehind = false;
  cluster.isBusUp = true;
  cluster.busUpSinceMs = cluster.nowMs;
  cluster.setNode('node-a', true);
  for (const pod of cluster.pods.values()) pod.waiting = null;
  cluster.share ??= ONE_PASS;
  if (cluster.share.outcome !== 'planned') cluster.share = ONE_PASS;
  cluster.version += 1;
}

const events = fc.array(event, { minLength: 1, maxLength: 30 });
const firstPlan = fc.constantFrom<ShareName>('onePass', 'twoPasses', 'twoPasses');

function comesToItsEnd(making: Making, numRuns: number, hasKueue = false): void {
  const ends = new Map<string, number>();
  fc.assert(
    fc.property(firstPlan, events, (share, all) => {
      const cluster = new ModelCluster(SHARES[share]);
      if (hasKueue) cluster.joinQueue();
      const controller = new ModelController(cluster, making);
      for (const one of all) happen(one, cluster, controller);
      calmDown(cluster, controller);
      if (cluster.extraction?.spec.suspend) cluster.changeSpec({ suspend: false });
      for (let tries = 0; tries < 6 && !isOver(cluster); tries += 1) live(600_000, cluster, controller);
      assert.ok(isOver(cluster), `still ${JSON.stringify(cluster.extraction?.status)}`);
      const end = cluster.extraction?.status?.phase ?? 'gone';
      ends.set(end, (ends.get(end) ?? 0) + 1);
      checkRest(cluster, controller, making);
    }),
    { numRuns },
  );
  assert.ok((ends.get('Succeeded') ?? 0) > (ends.get('Failed') ?? 0), JSON.stringify([...ends]));
}

test('from any state an extraction comes to its end once faults stop, and then costs nothing', () => {
  comesToItsEnd(FAKE_MAKING, 1000);
});

test('so it does with the jobs and pods of the controller', () => {
  comesToItsEnd(MAKING, 40);
});

test('so it does when Kueue keeps the workers of a pass and gives one group at a time its quota', () => {
  comesToItsEnd(FAKE_MAKING, 500, true);
});

test('from any state a suspended extraction loses all its pods, and then costs nothing', () => {
  fc.assert(
    fc.property(firstPlan, events, fc.boolean(), (share, all, hasKueue) => {
      const cluster = new ModelCluster(SHARES[share]);
      if (hasKueue) cluster.joinQueue();
      const controller = new ModelController(cluster);
      for (const one of all) happen(one, cluster, controller);
      calmDown(cluster, controller);
      if (cluster.extraction?.spec.suspend === false) cluster.changeSpec({ suspend: true });
      live(900_000, cluster, controller);
      if (!isOver(cluster)) {
        assert.equal(cluster.extraction?.status?.phase, 'Suspended');
        assert.equal(cluster.pods.size, 0);
      }
      checkRest(cluster, controller);
    }),
    { numRuns: 300 },
  );
});

const circumstances = fc.record({
  isNodeLost: fc.boolean(),
  endsNamespace: fc.boolean(),
  hasKueue: fc.boolean(),
});

test('from any state a deleted extraction goes, even when its node never comes back', () => {
  fc.assert(
    fc.property(firstPlan, events, circumstances, (share, all, { isNodeLost, endsNamespace, hasKueue }) => {
      const cluster = new ModelCluster(SHARES[share]);
      if (hasKueue) cluster.joinQueue();
      const controller = new ModelController(cluster);
      for (const one of all) happen(one, cluster, controller);
      calmDown(cluster, controller);
      if (isNodeLost) cluster.setNode('node-a', false);
      cluster.namespaceEnds = endsNamespace;
      cluster.deleteExtraction();
      live(1_200_000, cluster, controller);
      assert.equal(cluster.extraction, null, 'it is still there');
      assert.deepEqual(cluster.heldForEver, [], 'nobody is left to release them');
    }),
    { numRuns: 300 },
  );
});
