import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Demand, planAll, type Share } from '../../../controller/plan/several/plan-all.ts';
import { codes, gpuNode, problemOf } from '../../fixtures/plan-problem.ts';

const cluster = (entries: readonly Record<string, unknown>[]) => problemOf({ nodes: entries }).nodes;
const demand = (
  name: string,
  createdAtSec: number,
  priority = 0,
  entries: Record<string, unknown> = {},
): Demand => ({
  name,
  priority,
  createdAtSec,
  problem: problemOf(entries),
  running: null,
});

/** Workers of each extraction by node; `waits` or `refused` for those without. */
function outcome(shares: readonly Share[]): Record<string, string> {
  return Object.fromEntries(
    shares.map(({ name, result }) => {
      if (result.outcome === 'planned') {
        const placements = result.passes[0]!.stages.flatMap(({ groups }) =>
          groups.flatMap((group) => group.placements),
        );
        return [name, placements.map(({ node, count }) => `${node}:${count}`).join()];
      }
      if (result.outcome === 'error') return [name, result.code];
      return [name, codes(result).includes('CapacityPromised') ? 'waits' : 'refused'];
    }),
  );
}

test('extractions share the GPUs evenly and never the same one', () => {
  const nodes = cluster([gpuNode('a', 'Tesla-T4', 15_000, 4), gpuNode('b', 'Tesla-T4', 15_000, 3)]);
  const shares = planAll([demand('second', 2), demand('first', 1), demand('third', 3)], nodes);
  assert.deepEqual(
    shares.map(({ name }) => name),
    ['first', 'second', 'third'],
  );
  assert.deepEqual(outcome(shares), { first: 'a:3', second: 'a:1,b:1', third: 'b:2' });
});

test('what is promised is gone; who does not fit now waits, who never fits is refused', () => {
  const nodes = cluster([gpuNode('a', 'Tesla-T4', 15_000), gpuNode('b', 'Tesla-P4', 4000)]);
  const small = { detector: null };
  const huge = { detector: { name: 'h', vramMiB: 99_000, vramPerBatchMiB: 1 } };
  const shares = planAll(
    [demand('large', 1), demand('large-too', 2), demand('small', 3, 0, small), demand('huge', 4, 0, huge)],
    nodes,
  );
  assert.deepEqual(outcome(shares), { large: 'a:1', 'large-too': 'waits', small: 'b:1', huge: 'refused' });
});

test('priority goes first for ten minutes a point, so that nothing starves', () => {
  const nodes = cluster([gpuNode('a', 'Tesla-T4', 15_000)]);
  const order = (demands: readonly Demand[]) => planAll(demands, nodes).map(({ name }) => name);
  const patient = demand('patient', 0);
  assert.deepEqual(order([patient, demand('urgent', 599, 1)]), ['urgent', 'patient']);
  assert.deepEqual(order([patient, demand('urgent', 601, 1)]), ['patient', 'urgent']);
  // however many urgent ones keep coming, those created later than that do not overtake
  const many = Array.from({ length: 50 }, (_, i) => demand(`urgent-${i}`, i * 100, 1));
  assert.equal(order([patient, ...many]).indexOf('patient'), 6);
  assert.deepEqual(order([demand('b', 1), demand('a', 1)]), ['a', 'b']);
});

test('CPU work shares nodes and their cores', () => {
  const nodes = cluster([1, 2, 3].map((i) => ({ name: `n${i}`, cores: 4, memoryMiB: 65_536 })));
  const shares = planAll([demand('x', 1), demand('y', 2), demand('z', 3), demand('late', 4)], nodes);
  assert.deepEqual(outcome(shares), { x: 'n1:1', y: 'n2:1', z: 'n3:1', late: 'waits' });
});

test('an extraction keeps its place when others come', () => {
  const nodes = cluster([gpuNode('a', 'Tesla-T4', 15_000, 2), gpuNode('b', 'Tesla-T4', 15_000, 2)]);
  const [alone] = planAll([demand('first', 1)], nodes);
  assert.ok(alone!.result.outcome === 'planned');
  const next = planAll([{ ...demand('first', 1), running: alone!.result }, demand('second', 2)], nodes);
  assert.deepEqual(outcome(next), { first: 'a:2', second: 'b:2' });
});

test('of two groups of like devices on a node only as many are taken as are held', () => {
  const twin = { product: 'Tesla-T4', totalMiB: 15_000, count: 1 };
  const shares = planAll(
    [demand('first', 1), demand('second', 2)],
    cluster([{ name: 'a', gpus: [twin, twin] }]),
  );
  assert.deepEqual(outcome(shares), { first: 'a:1', second: 'a:1' });
});
