import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { predictedSec } from '../../../controller/plan/model/predicted-time.ts';
import { type PlanResult, plan } from '../../../controller/plan/plan.ts';
import type { NodeCapacity, PlanOptions, Problem } from '../../../controller/plan/problem.ts';
import { bestSecByForce } from '../../fixtures/best-by-force.ts';
import { limitedOptions, randomProblem } from '../../fixtures/random-problem.ts';

const SEED = 20_260_101;
const small = fc.sample(
  randomProblem({ roles: 5, nodes: 3, devicesOfNode: 4, maxBatch: 5 }, limitedOptions).filter(
    ({ nodes, roles }) =>
      nodes.reduce((sum, { gpus }) => sum + gpus[0]!.count, 0) <= 4 &&
      roles.some(({ device }) => device === 'gpu'),
  ),
  { numRuns: 500, seed: SEED },
);

/** Predicted seconds of a plan; infinite when there is none. */
function secOf(result: PlanResult, options: PlanOptions): number {
  if (result.outcome !== 'planned') return Number.POSITIVE_INFINITY;
  return predictedSec(
    result.passes.map(({ stages }) => stages.map(({ framesPerSec }) => framesPerSec)),
    options,
  );
}

test('on 500 small problems the plan is within 5 % of the best of all, and is there whenever one is', (t) => {
  let worst = 1;
  let optimal = 0;
  for (const problem of small) {
    const best = bestSecByForce(problem);
    const planned = secOf(plan(problem), problem.options);
    assert.equal(Number.isFinite(planned), Number.isFinite(best));
    if (!Number.isFinite(best)) continue;
    assert.ok(planned >= best * (1 - 1e-9), 'the planner promises no more than the model allows');
    worst = Math.max(worst, planned / best);
    if (planned <= best * (1 + 1e-9)) optimal += 1;
    assert.ok(planned <= best * 1.05, `${planned / best} × the optimum: ${JSON.stringify(problem)}`);
  }
  t.diagnostic(`worst ${worst.toFixed(4)} × the optimum, ${optimal} of ${small.length} optimal`);
});

test('on the same problems it is never slower than policy compat on any single GPU', (t) => {
  let compared = 0;
  for (const { options, ...rest } of small) {
    // compat knows one margin only
    const problem: Problem = { ...rest, options: { ...options, marginMiB: 256 } };
    const planned = secOf(plan(problem), problem.options);
    for (const node of problem.nodes) {
      const alone = secOf(plan(onOneGpu(problem, node)), problem.options);
      if (Number.isFinite(alone)) compared += 1;
      assert.ok(planned <= alone * (1 + 1e-9), JSON.stringify(problem));
    }
  }
  t.diagnostic(`compat had a plan that fits in ${compared} cases`);
  assert.ok(compared > 200);
});

function onOneGpu(problem: Problem, node: NodeCapacity): Problem {
  return { ...problem, policy: 'compat', nodes: [{ ...node, gpus: [{ ...node.gpus[0]!, count: 1 }] }] };
}
