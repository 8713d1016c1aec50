import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpuNode, planned } from '../../fixtures/plan-problem.ts';

const timed = (vramMiB: number, product: string | null, framesPerSec: number) => ({
  name: 'p',
  vramMiB,
  vramPerBatchMiB: 1,
  vramOrigin: 'measured',
  throughput: [{ product, framesPerSec }],
});

test('one device stays where a fraction of one would do', () => {
  for (const [framesPerSec, feedFramesPerSec] of [
    [1e9, 0.5],
    [1000, 1e-6],
  ] as const) {
    const { passes } = planned({
      detector: timed(100, null, framesPerSec),
      aligner: null,
      maskers: [],
      nodes: [gpuNode('a', 'Tesla-T4', 15_000, 8)],
      options: { feedFramesPerSec },
    });
    assert.equal(passes[0]!.framesPerSec, feedFramesPerSec);
    assert.equal(passes[0]!.stages[0]!.replicas, 1);
  }
});

test('roles that differ in speed by fifteen powers of ten are planned, with a GPU more or less', () => {
  const flow = { detector: timed(100, null, 1e9), aligner: timed(1744, null, 1e-6), maskers: [] };
  const nodes = [gpuNode('a', 'Tesla-T4', 2050, 1000), gpuNode('b', 'Unheard-of-9', 4000)];
  const one = planned({ ...flow, nodes: nodes.slice(0, 1) }).framesPerSec!;
  const two = planned({ ...flow, nodes }).framesPerSec!;
  // a pass in which one device detects, then one in which all align
  assert.ok(Math.abs(one - 1000e-6) < 1e-12 && Math.abs(two - 1001e-6) < 1e-12, `${one} ${two}`);
});

test('eighteen roles with batches of thousands are planned in seconds', () => {
  const masker = (i: number) => ({
    name: `m${i}`,
    vramMiB: 500 + i * 100,
    vramPerBatchMiB: 1 + i * 7,
    maxBatch: 4096,
    throughput: [
      { batch: 1, framesPerSec: 10 + i },
      { batch: 4096, framesPerSec: 500 },
    ],
  });
  const before = process.cpuUsage();
  const { passes } = planned({
    maskers: Array.from({ length: 16 }, (_, i) => masker(i)),
    nodes: [5000, 11_000, 17_000].map((freeMiB, i) => gpuNode(`n${i}`, 'Tesla-T4', freeMiB, 4)),
  });
  assert.equal(passes.flatMap(({ stages }) => stages.flatMap(({ roles }) => roles)).length, 18);
  // of this process, for machines with much else to do
  assert.ok(process.cpuUsage(before).user < 20e6);
});
