import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floorDivision } from '../../../controller/plan/compat/floor-division.ts';
import { batchCurve, secPerFrameAt } from '../../../controller/plan/model/batch-curve.ts';
import { coreChoices } from '../../../controller/plan/model/core-choices.ts';
import { gpuSpeed } from '../../../controller/plan/model/gpu-speed.ts';
import { modelsNeed } from '../../../controller/plan/model/models-need.ts';
import { ratePoints } from '../../../controller/plan/model/rate-points.ts';
import type { Origin, RoleNeed, Sharing, Throughput } from '../../../controller/plan/problem.ts';
import { gpuNode, PLUGINS, planned } from '../../fixtures/plan-problem.ts';

const role = (
  vramMiB: number,
  vramOrigin: Origin = 'declared',
  throughput: readonly Throughput[] = [],
): RoleNeed => ({
  role: 'detect',
  plugin: 'p',
  device: 'gpu',
  vramMiB,
  vramPerBatchMiB: 10,
  vramOrigin,
  batch: 8,
  maxBatch: 16,
  memoryMiB: 256,
  throughput,
});

test('models need the scaled sum of their memory, but never less than a part of them', () => {
  const rows: readonly (readonly [number[], number])[] = [
    [[], 0],
    [[4000], 4000],
    [[4112, 2240], 6352 * 0.7],
    [[4000, 100], 4000],
    [[4112, 2240, 3424], 9776 * 0.55],
    [[1000, 1000, 1000, 1000, 1000, 1000], 2400],
    [[6000, 10, 10, 10], 6000],
  ];
  for (const [sizes, expected] of rows) {
    assert.ok(Math.abs(modelsNeed(sizes.map((mib) => role(mib))) - expected) < 1e-9, String(sizes));
  }
  assert.equal(modelsNeed([role(1000, 'measured'), role(500, 'measured'), role(2000)]), 3500);
  assert.equal(modelsNeed([{ ...role(1000), device: 'cpu' }]), 0);
});

test('a run of one batch costs one item more; a larger batch is never slower', () => {
  const guessed = batchCurve({ points: [{ batch: 4, framesPerSec: 100 }], origin: 'guessed' }, 8);
  assert.deepEqual(
    guessed.map(({ batch }) => batch),
    [1, 2, 3, 4],
  );
  // 0.01 s per frame in batches of 4: 0.04 s for 4 + 1 items, so 0.016 s for 1 + 1
  assert.ok(Math.abs(secPerFrameAt(guessed, 1) - 0.016) < 1e-12);
  assert.ok(Math.abs(secPerFrameAt(guessed, 8) - 0.01) < 1e-12);
  const measured = { batch: 2, framesPerSec: 50 };
  const slower = batchCurve({ points: [measured, { batch: 8, framesPerSec: 40 }], origin: 'measured' }, 8);
  assert.equal(slower.at(-1)!.batch, 2);
  // a run of 2 takes 0.04 s and one of 8 takes 0.08 s, so one of 5 takes 0.06 s
  const faster = batchCurve({ points: [measured, { batch: 8, framesPerSec: 100 }], origin: 'measured' }, 8);
  assert.ok(Math.abs(secPerFrameAt(faster, 5) - 0.06 / 5) < 1e-12);
});

test('numbers of the same product come first, then those of others scaled, then a guess', () => {
  const point = (product: string | null, framesPerSec: number): Throughput => ({
    product,
    batch: 8,
    framesPerSec,
    origin: 'measured',
  });
  const rate = (throughput: readonly Throughput[], product: string, speed: number): [number, Origin] => {
    const { points, origin } = ratePoints(role(1000, 'declared', throughput), { product, speed });
    return [points[0]!.framesPerSec, origin];
  };
  const all = [point('Tesla-T4', 100), point(null, 90), point('NVIDIA-L4', 400), point('cpu', 5)];
  assert.deepEqual(rate(all, 'Tesla-T4', 1), [100, 'measured']);
  assert.deepEqual(rate(all, 'cpu', 0), [5, 'measured']);
  assert.deepEqual(rate(all, 'NVIDIA-A30', 2), [180, 'measured']);
  assert.deepEqual(rate(all.slice(0, 1), 'NVIDIA-A30', 2), [200, 'guessed']);
  const l4 = gpuSpeed({ product: 'NVIDIA-L4', sharing: { kind: 'none' }, speed: null });
  assert.deepEqual(rate([all[0]!, all[2]!], 'other', l4), [400, 'guessed']);
  assert.deepEqual(rate([], 'Tesla-T4', 1), [80, 'guessed']);
});

test('a worker is as fast as the slower of its GPU and its cores, which decode frames too', () => {
  const nodes = [{ ...gpuNode('a', 'Tesla-T4', 15_000), cores: 6 }];
  const flow = {
    detector: { ...PLUGINS.s3fd, throughput: [{ framesPerSec: 100 }] },
    aligner: null,
    maskers: [],
  };
  const rate = (options: Record<string, unknown>): string => {
    const { passes, reasons } = planned({ ...flow, nodes, options });
    const [group] = passes[0]!.stages[0]!.groups;
    const limit = reasons.some(({ code }) => code === 'CoresLimit') ? ', CoresLimit' : '';
    return `${group!.framesPerSec.toFixed(1)} on ${group!.placements[0]!.cores}${limit}`;
  };
  const frameWork = { coreSec: 0.04, origin: 'guessed' };
  assert.equal(rate({}), '100.0 on 1');
  assert.equal(rate({ frameWork }), '25.0 on 1, CoresLimit');
  assert.equal(rate({ frameWork, workerCores: 2 }), '50.0 on 2, CoresLimit');
  assert.equal(rate({ frameWork, maxWorkerCores: 64 }), '100.0 on 4');
  assert.equal(
    rate({ frameWork: { ...frameWork, coreSec: 0.1 }, maxWorkerCores: 64 }),
    '40.0 on 4, CoresLimit',
  );
  assert.deepEqual(coreChoices({ workerCores: 0, maxWorkerCores: 4 }), [0, 1, 2, 4]);
  assert.deepEqual(coreChoices({ workerCores: 3, maxWorkerCores: null }), [3]);
});

test('cores decode frames besides their roles', () => {
  const nodes = [{ name: 'a', cores: 2 }];
  const aligner = {
    name: 'a',
    vramMiB: 100,
    vramPerBatchMiB: 1,
    throughput: [{ product: 'cpu', framesPerSec: 20 }],
  };
  const options = { frameWork: { coreSec: 0.05, origin: 'measured' } };
  const { framesPerSec, reasons } = planned({ detector: null, aligner, maskers: [], nodes, options });
  assert.ok(Math.abs(framesPerSec! - 20) < 1e-9);
  assert.equal(
    reasons.find(({ code }) => code === 'FrameWork')!.sentence,
    'Reading, decoding and cropping takes 50 ms of a core for each frame (measured).',
  );
});

test('speeds follow the product and how it is shared', () => {
  const speed = (product: string, sharing: Sharing = { kind: 'none' }, own: number | null = null): number =>
    gpuSpeed({ product, sharing, speed: own });
  assert.equal(speed('Tesla-T4'), 1);
  assert.equal(speed('NVIDIA A100-SXM4-80GB'), 2.4);
  assert.equal(speed('NVIDIA-A10G'), speed('NVIDIA-A10'));
  assert.equal(speed('NVIDIA-H100-80GB-HBM3'), 8.3);
  assert.equal(speed('something'), 1);
  assert.equal(speed('Tesla-T4-SHARED', { kind: 'timeSlicing', replicas: 4 }), 1);
  assert.equal(speed('Tesla-T4-SHARED', { kind: 'mps', replicas: 4 }), 0.25);
  assert.ok(
    Math.abs(
      speed('NVIDIA-A100-SXM4-40GB-MIG-2g.10gb', { kind: 'mig', profile: '2g.10gb' }) - (2.4 * 2) / 7,
    ) < 1e-12,
  );
  assert.equal(speed('NVIDIA-H100', { kind: 'mig', profile: '7g.80gb' }), 8.3);
  assert.equal(speed('Tesla-T4', { kind: 'none' }, 3), 3);
});

test("floor division is Python's", () => {
  const rows: readonly (readonly [number, number, number])[] = [
    [1, 0.1, 9],
    [1967.2, 3, 655],
    [-568, 1, -568],
    [-568.5, 2, -285],
    [655 * 3, 3, 655],
    [655 * 3 - 2 ** -42, 3, 654],
    [0, 5, 0],
  ];
  for (const [a, b, expected] of rows) assert.equal(floorDivision(a, b), expected, `${a} // ${b}`);
});
