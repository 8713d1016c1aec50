import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseProfile } from '../../../../controller/api/profile-file.ts';
import type { RoleNeed } from '../../../../controller/plan/problem.ts';
import { applyProfiles } from '../../../../controller/plan/profiles/apply-profiles.ts';
import { cpuProduct, nodeCpuProduct } from '../../../../controller/plan/profiles/cpu-product.ts';
import { clusterName, findProfiles } from '../../../../controller/plan/profiles/find-profiles.ts';
import { memoryLine } from '../../../../controller/plan/profiles/memory-line.ts';
import type { Profile, ProfiledModel } from '../../../../controller/plan/profiles/profile.ts';
import { failsWith } from '../../../fixtures/fails-with.ts';

const SHA = 'a'.repeat(64);
const model = (...batches: [batch: number, memoryMiB: number, itemsPerSecond: number][]): ProfiledModel => ({
  model: 'm',
  sha256: SHA,
  batches: batches.map(([batch, memoryMiB, itemsPerSecond]) => ({ batch, memoryMiB, itemsPerSecond })),
});
const NEED: RoleNeed = {
  role: 'align',
  plugin: 'p',
  device: 'gpu',
  vramMiB: 500,
  vramPerBatchMiB: 12,
  vramOrigin: 'declared',
  batch: 16,
  maxBatch: 64,
  memoryMiB: 256,
  throughput: [],
};
const NOTHING = {
  gpus: [],
  cpus: [],
  itemsPerFrame: 1,
  gpuProducts: new Set<string>(),
  cpuProducts: new Set<string>(),
};

test('the memory line is nowhere below a measurement, nor below the steepest step beyond them', () => {
  const point = fc.record({
    step: fc.integer({ min: 1, max: 16 }),
    memoryMiB: fc.double({ min: 0, max: 4e4, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), (points) => {
      let batch = 0;
      const batches = points.map(({ step, memoryMiB }) => {
        batch += step;
        return { batch, memoryMiB, itemsPerSecond: 1 };
      });
      const { vramMiB, vramPerBatchMiB } = memoryLine(batches);
      assert.ok(vramMiB >= 0 && vramPerBatchMiB >= 0);
      for (const { batch: b, memoryMiB } of batches)
        assert.ok(vramMiB + vramPerBatchMiB * b >= memoryMiB - 1e-6);
    }),
    { numRuns: 1000 },
  );
  assert.deepEqual(memoryLine(model([1, 400, 1], [4, 430, 1], [8, 510, 1]).batches), {
    vramMiB: 380,
    vramPerBatchMiB: 20,
  });
  assert.deepEqual(memoryLine(model([1, 400, 1], [8, 390, 1]).batches), { vramMiB: 400, vramPerBatchMiB: 0 });
});

test('a profile holds only for its model file, provider and version of onnxruntime; the later one counts', () => {
  const profile = (product: string, onnxruntime: string, rate: number): Profile => ({
    product,
    provider: 'cuda',
    onnxruntime,
    models: [model([1, 100, rate])],
  });
  const profiles = [
    profile('T4', '1.30.0', 1),
    profile('L4', '1.29.0', 2),
    profile('A10', '1.30.0', 3),
    profile('T4', '1.30.0', 4),
  ];
  const key = { sha256: SHA, provider: 'cuda', onnxruntime: '1.30.0' } as const;
  const found = findProfiles(profiles, key).map(({ product, model: { batches } }) => [
    product,
    batches[0]?.itemsPerSecond,
  ]);
  assert.deepEqual(found, [
    ['T4', 4],
    ['A10', 3],
  ]);
  assert.deepEqual(findProfiles(profiles, { ...key, sha256: 'b'.repeat(64) }), []);
  assert.deepEqual(findProfiles(profiles, { ...key, provider: 'cpu' }), []);
});

test('measured memory replaces declared memory only when every product of the cluster was measured', () => {
  const gpus = [{ product: 'T4', model: model([1, 310, 100], [8, 380, 400]) }];
  const measured = applyProfiles(NEED, { ...NOTHING, gpus, gpuProducts: new Set(['T4']) });
  assert.deepEqual([measured.vramMiB, measured.vramPerBatchMiB, measured.vramOrigin], [300, 10, 'measured']);
  const partly = applyProfiles(NEED, { ...NOTHING, gpus, gpuProducts: new Set(['T4', 'L4']) });
  assert.deepEqual([partly.vramMiB, partly.vramPerBatchMiB, partly.vramOrigin], [500, 12, 'declared']);
  const absent = applyProfiles(NEED, { ...NOTHING, gpus, gpuProducts: new Set(['L4']) });
  assert.deepEqual([absent.vramMiB, absent.vramOrigin], [500, 'declared']);
});

test('the product of nvidia-smi is found under the name of the node label, with or without the vendor', () => {
  const products = new Set(['NVIDIA-A100-SXM4-40GB', 'Tesla-T4']);
  assert.equal(clusterName('A100-SXM4-40GB', products), 'NVIDIA-A100-SXM4-40GB');
  assert.equal(clusterName('NVIDIA A100-SXM4-40GB', products), 'NVIDIA-A100-SXM4-40GB');
  assert.equal(clusterName('Tesla-T4', products), 'Tesla-T4');
  assert.equal(clusterName('Tesla-V100', products), 'Tesla-V100');
});

test('rates are frames per second, and a core of another CPU is a guess', () => {
  const gpus = [{ product: 'T4', model: model([1, 310, 100], [8, 380, 400]) }];
  const cpus = [
    { product: 'Intel-6-85', model: model([1, 300, 50]) },
    { product: 'Intel-6-143', model: model([1, 280, 60]) },
  ];
  const on = (...cpuProducts: string[]) =>
    applyProfiles(NEED, {
      gpus,
      cpus,
      itemsPerFrame: 2,
      gpuProducts: new Set(['T4']),
      cpuProducts: new Set(cpuProducts),
    });
  assert.deepEqual(on('Intel-6-143').throughput, [
    { product: 'T4', batch: 1, framesPerSec: 50, origin: 'measured' },
    { product: 'T4', batch: 8, framesPerSec: 200, origin: 'measured' },
    { product: 'cpu', batch: 1, framesPerSec: 30, origin: 'measured' },
  ]);
  assert.deepEqual(on('Intel-6-143').memoryMiB, 280);
  assert.deepEqual(on().throughput.at(-1), { product: 'cpu', batch: 1, framesPerSec: 25, origin: 'guessed' });
  assert.equal(on('Intel-6-143', 'Intel-6-85').throughput.at(-1)?.origin, 'guessed');
});

test('a CPU is named the same from /proc/cpuinfo and from the labels of its node', () => {
  const cpuinfo =
    'processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Intel(R) Xeon(R) Processor\n';
  const start = 'feature.node.kubernetes.io/cpu-model.';
  assert.equal(cpuProduct(cpuinfo), 'Intel-6-143');
  assert.equal(
    nodeCpuProduct({ [`${start}vendor_id`]: 'Intel', [`${start}family`]: '6', [`${start}id`]: '143' }),
    'Intel-6-143',
  );
  assert.equal(cpuProduct('processor : 0\nCPU implementer : 0x41\n'), null);
  assert.equal(nodeCpuProduct({}), null);
});

test('a profile that is none is refused with the entry that is wrong', () => {
  const file = {
    product: 'T4',
    provider: 'cuda',
    onnxruntime: '1.30.0',
    models: [model([1, 300, 50], [2, 310, 60])],
  };
  assert.deepEqual(parseProfile(file, 'f'), file);
  for (const [wrong, message] of [
    [{ ...file, provider: 'rocm' }, /f: provider/],
    [{ ...file, models: [model([2, 300, 50], [2, 310, 60])] }, /f: models\.0\.batches: batches do not rise/],
    [{ ...file, models: [{ ...model([1, 1, 1]), sha256: 'x' }] }, /models\.0\.sha256/],
    [null, /f: /],
  ] as const) {
    assert.throws(() => parseProfile(wrong, 'f'), failsWith('FF5002', message));
  }
});
