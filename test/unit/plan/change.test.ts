import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Action, diff } from '../../../controller/plan/diff.ts';
import { codes, gpuNode, planned, shape } from '../../fixtures/plan-problem.ts';

const short = (actions: readonly Action[]): string[] =>
  actions.map(({ verb, roles, node, count }) => `${verb} ${roles.join('+')} ${node} ${count}`);

/** A plugin that runs alone on a GPU of 4000 MiB, with a known speed. */
const timed = (name: string, framesPerSec: number, batch = 1) => ({
  name,
  vramMiB: 3000,
  vramPerBatchMiB: 100,
  batch,
  throughput: [{ framesPerSec, batch }],
});
const flow = { detector: timed('d', 100), aligner: timed('a', 100), maskers: [] };
const node = (name: string, count = 1) => gpuNode(name, 'x', 4000, count);

test('nothing runs yet: everything is started; nothing is wanted: everything is stopped', () => {
  const wanted = planned({ ...flow, nodes: [node('a'), node('b')] });
  assert.deepEqual(short(diff(null, wanted)), ['start align b 1', 'start detect a 1']);
  assert.deepEqual(short(diff(wanted, null)), ['stop align b 1', 'stop detect a 1']);
  assert.deepEqual(short(diff(wanted, wanted)), ['keep align b 1', 'keep detect a 1']);
});

test('a node more: running workers stay where they are', () => {
  const old = planned({ ...flow, nodes: [node('m'), node('n')] });
  const nodes = [node('a', 2), node('m'), node('n')];
  const next = planned({ ...flow, nodes }, old);
  const actions = short(diff(old, next));
  assert.deepEqual(
    actions.filter((action) => !action.startsWith('start')),
    ['keep align n 1', 'keep detect m 1'],
  );
  assert.equal(actions.length, 4);
  // a plan that knows nothing of the running one would move them
  assert.ok(short(diff(old, planned({ ...flow, nodes }))).some((action) => action.startsWith('stop')));
});

test('a node less: no more workers move than must', () => {
  const nodes = [node('a', 2), node('b', 2), node('c', 2)];
  const old = planned({ ...flow, nodes });
  assert.deepEqual(short(diff(null, old)), [
    'start align b 1',
    'start align c 2',
    'start detect a 2',
    'start detect b 1',
  ]);
  const next = planned({ ...flow, nodes: nodes.slice(0, 2) }, old);
  // of three detectors two are left, in place of the third comes an aligner
  assert.deepEqual(short(diff(old, next)), [
    'keep align b 1',
    'keep detect a 2',
    'stop align c 2',
    'stop detect b 1',
    'start align b 1',
  ]);
});

test('other batches restart workers in place', () => {
  const one = { ...flow, aligner: null, nodes: [node('a')] };
  const old = planned({ ...one, detector: timed('d', 100, 1) });
  const next = planned({ ...one, detector: timed('d', 100, 4) }, old);
  const actions = diff(old, next);
  assert.deepEqual(short(actions), ['rebatch detect a 1']);
  assert.deepEqual(actions[0]!.batches, { detect: 4 });
});

test('stages stay as they are for a small gain, and are cut anew for a large one', () => {
  const mib = (freeMiB: number) => [gpuNode('a', 'x', freeMiB, 2)];
  const old = planned({ ...flow, nodes: mib(4000) });
  assert.equal(shape(old), 'detect | align');
  // together they would fit now, but not be faster: 2 · 50 against 100
  const same = planned({ ...flow, nodes: mib(8000) }, old);
  assert.equal(shape(same), 'detect | align');
  assert.ok(codes(same).includes('StagesKept'));
  // a profile says that align is ten times as fast: 2 · 90.9 against 100
  const fast = { ...flow, aligner: timed('a', 1000) };
  assert.equal(shape(planned({ ...fast, nodes: mib(8000) }, old)), 'detect+align');
});

test('a running plan of other roles does not bind', () => {
  const old = planned({ ...flow, aligner: null, nodes: [node('a')] });
  assert.equal(shape(planned({ ...flow, nodes: [gpuNode('a', 'x', 8000)] }, old)), 'detect+align');
});
