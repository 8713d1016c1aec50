import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Plan, plan } from '../../../controller/plan/plan.ts';
import type { NodeCapacity, Problem } from '../../../controller/plan/problem.ts';
import { jobConfigMap, readStoredJob } from '../../../controller/reconcile/jobs/job-config-map.ts';
import { lowerBatches } from '../../../controller/reconcile/jobs/lower-batches.ts';
import { storedJob } from '../../../controller/reconcile/jobs/stored-job-of.ts';
import type { StoredJob } from '../../../controller/reconcile/stored-job.ts';
import { parseJob, presentWorkers } from '../../../worker/cluster/job.ts';
import { laneOf, slotsOf } from '../../../worker/cluster/lane-of.ts';
import { extractionOf, requestOf, SETTINGS } from '../../fixtures/extraction-resource.ts';
import { freeOptions, randomNode, randomProblem } from '../../fixtures/random-problem.ts';

const problems = randomProblem({ roles: 4, nodes: 4, devicesOfNode: 3, maxBatch: 16 }, freeOptions);

/** What happens to an extraction while it runs. */
type Step =
  | { readonly kind: 'nodeGone'; readonly which: number }
  | { readonly kind: 'nodeNew'; readonly node: NodeCapacity }
  | { readonly kind: 'lowered'; readonly which: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('nodeGone' as const), which: fc.nat(9) }),
    fc.record({ kind: fc.constant('nodeNew' as const), node: randomNode(2) }),
    fc.record({ kind: fc.constant('lowered' as const), which: fc.nat(9) }),
  ),
  { maxLength: 6 },
);

const extraction = extractionOf();

function planOf(problem: Problem, running: Plan | null): Plan | null {
  const result = plan(problem, running);
  return result.outcome === 'planned' ? result : null;
}

/** The jobs of an extraction one after the other. */
function history(problem: Problem, all: readonly Step[]): StoredJob[] {
  const request = requestOf(problem.roles);
  const first = planOf(problem, null);
  if (first === null) return [];
  const jobs = [storedJob(extraction, request, first, null, SETTINGS)];
  let { nodes } = problem;
  for (const [i, step] of all.entries()) {
    const now = jobs.at(-1)!;
    if (step.kind === 'lowered') {
      const places = now.places;
      const { pass, stage } = places[step.which % places.length]!;
      const lower = lowerBatches(now, pass, stage);
      if (lower !== null) jobs.push(lower);
      continue;
    }
    nodes =
      step.kind === 'nodeGone'
        ? nodes.filter((_, at) => at !== step.which % nodes.length)
        : [...nodes, { ...step.node, name: `new-${i}` }];
    const next = planOf({ ...problem, nodes }, now.plan);
    if (next !== null) jobs.push(storedJob(extraction, request, next, now, SETTINGS));
  }
  return jobs;
}

/** Slots by lane, of all lanes that a job knows. */
function slotsByLane({ job }: StoredJob): Map<string, number> {
  const all = new Map<string, number>();
  for (const [pass, { stages }] of job.passes.entries()) {
    for (const [stage, { workers }] of stages.entries()) {
      for (const [replica, worker] of workers.entries())
        all.set(laneOf({ pass, stage, replica }), slotsOf(worker));
    }
  }
  return all;
}

test('a lane never changes its slots, never comes back and never disappears while its job has its uid', () => {
  fc.assert(
    fc.property(problems, steps, (problem, all) => {
      const jobs = history(problem, all);
      for (const [i, next] of jobs.entries()) {
        parseJob(JSON.parse(JSON.stringify(next.job)), 'the job');
        const before = jobs[i - 1];
        if (before === undefined || before.job.extraction !== next.job.extraction) continue;
        const lanes = slotsByLane(next);
        for (const [lane, slots] of slotsByLane(before)) assert.equal(lanes.get(lane), slots, lane);
        for (const [pass, { stages }] of before.job.passes.entries()) {
          for (const [stage, { workers }] of stages.entries()) {
            for (const [replica, { retired }] of workers.entries()) {
              if (retired) assert.ok(next.job.passes[pass]!.stages[stage]!.workers[replica]!.retired);
            }
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('workers that stay where they are keep their number', () => {
  fc.assert(
    fc.property(problems, steps, (problem, all) => {
      const jobs = history(problem, all);
      for (const [i, next] of jobs.entries()) {
        const before = jobs[i - 1];
        if (before === undefined || before.job.extraction !== next.job.extraction) continue;
        const count = (job: StoredJob): Map<string, number> => {
          const kinds = new Map<string, number>();
          for (const { pass, stage, replica, node, product } of job.places) {
            const slots = slotsOf(job.job.passes[pass]!.stages[stage]!.workers[replica]!);
            const kind = [pass, stage, node, product, slots].join(' ');
            kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
          }
          return kinds;
        };
        const wanted = count(next);
        const same = [...count(before)].reduce(
          (sum, [kind, n]) => sum + Math.min(n, wanted.get(kind) ?? 0),
          0,
        );
        const lanes = new Set(before.places.map((place) => `${laneOf(place)} ${place.node}`));
        const kept = next.places.filter((place) => lanes.has(`${laneOf(place)} ${place.node}`)).length;
        assert.equal(kept, same);
      }
    }),
    { numRuns: 300 },
  );
});

test('every place has a worker that is there, and every such worker a place', () => {
  fc.assert(
    fc.property(problems, steps, (problem, all) => {
      for (const { job, places } of history(problem, all)) {
        const present = job.passes.flatMap(({ stages }, pass) =>
          stages.flatMap((each, stage) =>
            presentWorkers(each).map(({ replica }) => laneOf({ pass, stage, replica })),
          ),
        );
        assert.deepEqual(places.map(laneOf).sort(), present.sort());
      }
    }),
    { numRuns: 300 },
  );
});

test('the same plan again is the same job; stored and read again it is what it was', () => {
  fc.assert(
    fc.property(problems, steps, (problem, all) => {
      const last = history(problem, all).at(-1);
      if (last === undefined) return;
      assert.equal(storedJob(extraction, requestOf(problem.roles), last.plan, last, SETTINGS), last);
      const configMap = jobConfigMap(extraction, last);
      assert.deepEqual(
        readStoredJob(JSON.parse(JSON.stringify(configMap))),
        JSON.parse(JSON.stringify(last)),
      );
    }),
    { numRuns: 300 },
  );
});
