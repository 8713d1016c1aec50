import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProblem } from '../../../controller/api/plan-problem.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const plugin = { name: 'p', vramMiB: 100, vramPerBatchMiB: 1 };

test('maskers keep their numbers when others are null or none', () => {
  const { roles } = parseProblem({
    aligner: plugin,
    maskers: [null, plugin, { ...plugin, name: 'NONE' }, plugin],
  });
  assert.deepEqual(
    roles.map(({ role }) => role),
    ['align', 'mask_1', 'mask_3'],
  );
});

test("faceswap's names and one machine's GPU are understood", () => {
  const problem = parseProblem({
    policy: 'compat',
    gpu: { count: 2, active: 1, free: 8000, total: 8192 },
    detector: { name: 's3fd', vram: 4112, vram_per_batch: 208, batchsize: 4 },
  });
  assert.deepEqual(problem.seedMachine, { count: 2, active: 1, freeMiB: 8000, totalMiB: 8192 });
  const { vramMiB, vramPerBatchMiB, batch, maxBatch, device } = problem.roles[0]!;
  assert.deepEqual([vramMiB, vramPerBatchMiB, batch, maxBatch, device], [4112, 208, 4, 4, 'gpu']);
  const [node] = problem.nodes;
  assert.deepEqual([node!.gpus[0]!.freeMiB, node!.gpus[0]!.count, node!.gpus[0]!.busy], [8000, 1, 1]);
  assert.deepEqual(parseProblem({ backend: 'cpu', gpu: { count: 1, free: 1, total: 1 } }).nodes[0]!.gpus, []);
});

test('what is wrong is named', () => {
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [null, /expected object/],
    [{ detector: { name: 'p', vramMiB: -1, vramPerBatchMiB: 0 } }, /detector\.vramMiB/],
    [{ detector: { ...plugin, batch: 0 } }, /detector\.batch/],
    [{ detector: { ...plugin, vramMib: 5 } }, /detector: .*"vramMib"; there are name, vramMiB, /],
    [{ policy: 'best' }, /policy/],
    [{ nodes: [{ name: 'a' }, { name: 'a' }] }, /two nodes have one name/],
    [
      { nodes: [{ name: 'a', gpus: [{ product: 'x', totalMiB: Number.NaN }] }] },
      /nodes\.0\.gpus\.0\.totalMiB/,
    ],
    [{ maskers: Array.from({ length: 17 }, () => null) }, /maskers/],
    [{ extra: 1 }, /"extra"; there are id, note, policy, /],
    [{ nodes: [{ name: 'a', gpu: [] }] }, /nodes\.0: .*"gpu"; there are name, gpus, /],
    [
      { nodes: [{ name: 'a', gpus: [{ product: 'x', totalMiB: 10, freeMiB: 11 }] }] },
      /nodes\.0\.gpus\.0\.freeMiB: is more than totalMiB/,
    ],
    [{ nodes: [], gpu: { count: 1, freeMiB: 1 } }, /gpu: stands beside nodes/],
  ];
  for (const [json, part] of rows) assert.throws(() => parseProblem(json), failsWith('FF5002', part));
});

test('a source may have many millions of frames', () => {
  assert.equal(parseProblem({ options: { framesTotal: 2_500_000 } }).options.framesTotal, 2_500_000);
});

test('speeds whose inverse is no number are refused', () => {
  const detector = { name: 'd', vramMiB: 1, vramPerBatchMiB: 1, throughput: [{ framesPerSec: 1e-320 }] };
  assert.throws(() => parseProblem({ detector, nodes: [] }), /FF5002|framesPerSec/);
});
