import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Action, diff } from '../../../controller/plan/diff.ts';
import { type Plan, plan } from '../../../controller/plan/plan.ts';
import type { Problem } from '../../../controller/plan/problem.ts';
import { casesOf } from '../../fixtures/only-in-full.ts';
import { freeOptions, randomNode, randomProblem } from '../../fixtures/random-problem.ts';

const problems = randomProblem({ roles: 4, nodes: 4, devicesOfNode: 3, maxBatch: 16 }, freeOptions);

const planOf = (problem: Problem, running: Plan | null): Plan | null => {
  const result = plan(problem, running);
  return result.outcome === 'planned' ? result : null;
};

/** Workers of a plan by stage, node, device and batches. */
function workers({ passes }: Plan, withBatches: boolean): Map<string, number> {
  const all = new Map<string, number>();
  for (const { roles, groups } of passes.flatMap(({ stages }) => stages)) {
    for (const { device, batches, placements } of groups) {
      const sizes = withBatches ? roles.map((role) => batches[role]) : [];
      for (const { node, count, threads } of placements) {
        const key = [roles, node, device.resource, device.product, threads, sizes].join(' ');
        all.set(key, (all.get(key) ?? 0) + count);
      }
    }
  }
  return all;
}

function count(actions: readonly Action[], ...verbs: Action['verb'][]): number {
  return actions.filter(({ verb }) => verbs.includes(verb)).reduce((sum, action) => sum + action.count, 0);
}

function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  return [...a].reduce((sum, [key, amount]) => sum + Math.min(amount, b.get(key) ?? 0), 0);
}

const total = (all: ReadonlyMap<string, number>): number =>
  [...all.values()].reduce((sum, amount) => sum + amount, 0);

test('a difference turns one plan into the other with as few actions as can be', () => {
  fc.assert(
    fc.property(problems, randomNode(2), (problem, extra) => {
      const old = planOf(problem, null);
      const next = planOf({ ...problem, nodes: [...problem.nodes.slice(1), { ...extra, name: 'new' }] }, old);
      if (old === null || next === null) return;
      const actions = diff(old, next);
      const kept = overlap(workers(old, true), workers(next, true));
      const inPlace = overlap(workers(old, false), workers(next, false));
      assert.equal(count(actions, 'keep'), kept);
      assert.equal(count(actions, 'keep', 'rebatch'), inPlace);
      assert.equal(count(actions, 'stop'), total(workers(old, true)) - inPlace);
      assert.equal(count(actions, 'start'), total(workers(next, true)) - inPlace);
      const firstStart = actions.findIndex(({ verb }) => verb === 'start');
      assert.ok(firstStart === -1 || actions.slice(firstStart).every(({ verb }) => verb === 'start'));
    }),
    { numRuns: casesOf(5000) },
  );
});

test('planning again with nothing changed changes nothing', () => {
  fc.assert(
    fc.property(problems, (problem) => {
      const old = planOf(problem, null);
      if (old === null) return;
      assert.ok(diff(old, planOf(problem, old)).every(({ verb }) => verb === 'keep'));
    }),
    { numRuns: casesOf(5000) },
  );
});
