import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { planAll } from '../../../controller/plan/several/plan-all.ts';
import { roundDemands } from '../../../controller/reconcile/round-demands.ts';
import { Planner } from '../../../controller/runtime/planning/planner.ts';
import { extractionOf, requestOf, SETTINGS } from '../../fixtures/extraction-resource.ts';
import { kubeNode, nvidiaLabels } from '../../fixtures/kube-objects.ts';
import { problemOf } from '../../fixtures/plan-problem.ts';

const REQUEST = requestOf(problemOf({}).roles);

/** What so many extractions ask of so many nodes. */
function asked(extractions: number, nodes: number) {
  const all = Array.from({ length: extractions }, (_, i) =>
    extractionOf({ name: `e-${i}`, uid: `uid-${i}` }),
  );
  return roundDemands({
    extractions: all,
    requests: new Map(all.map(({ metadata }) => [metadata.uid, REQUEST])),
    jobs: new Map(),
    nodes: Array.from({ length: nodes }, (_, i) =>
      kubeNode({
        name: `node-${i}`,
        cpus: 64,
        labels: nvidiaLabels('NVIDIA-L4', 23_034, 8),
        devices: { 'nvidia.com/gpu': '8' },
      }),
    ),
    pods: [],
    profiles: [],
    conductor: SETTINGS.conductor,
  });
}

const planner = new Planner();
after(() => planner.end());

it('plans as this thread would, which goes on meanwhile', async () => {
  const few = asked(3, 4);
  const many = asked(40, 100);
  let turns = 0;
  let isOver = false;
  const both = Promise.all([planner.planAll(few), planner.planAll(many)]).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await nextTurn();
    turns += 1;
  }
  assert.deepEqual(await both, [planAll(few.demands, few.nodes), planAll(many.demands, many.nodes)]);
  assert.ok(turns > 1, `${turns} turns`);
});

it('a failure is told, and the next round is planned', async () => {
  const right = asked(1, 1);
  const wrong = { ...right, demands: [null as never] };
  await assert.rejects(planner.planAll(wrong), /^Error: planning failed: .*null/);
  const [share] = await planner.planAll(right);
  assert.equal(share?.result.outcome, 'planned');
});

it('a thread that dies fails what it was asked, and another one starts', async () => {
  const waits = planner.planAll(asked(40, 100));
  const fails = assert.rejects(waits, /the planning thread died/);
  await planner.end();
  await fails;
  const [share] = await planner.planAll(asked(1, 1));
  assert.equal(share?.result.outcome, 'planned');
});

it('who is told to stop does not wait for the answer', async () => {
  const stop = new AbortController();
  const fails = assert.rejects(planner.planAll(asked(40, 100), stop.signal), /told to stop/);
  stop.abort(new Error('told to stop'));
  await fails;
  await assert.rejects(planner.planAll(asked(1, 1), stop.signal), /told to stop/);
  assert.equal((await planner.planAll(asked(1, 1))).length, 1);
});
