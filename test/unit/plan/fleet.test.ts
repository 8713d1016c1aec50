import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Plan, plan } from '../../../controller/plan/plan.ts';
import { codes, gpuNode, PLUGINS, planned, problemOf, refused, shape } from '../../fixtures/plan-problem.ts';

/** A plugin with a known speed on every GPU, in batches of any size. */
const timed = (name: string, vramMiB: number, framesPerSec: number) => ({
  name,
  vramMiB,
  vramPerBatchMiB: 1,
  throughput: [{ framesPerSec }],
});
const two = { detector: timed('d', 3000, 100), aligner: timed('a', 3000, 100), maskers: [] };

test('roles that fit together share every GPU, whatever its kind', () => {
  const all = planned({ nodes: [gpuNode('a', 'Tesla-T4', 15_000, 2), gpuNode('b', 'NVIDIA-L4', 23_000)] });
  assert.equal(shape(all), 'detect+align+mask_0+mask_1');
  assert.equal(all.passes[0]!.stages[0]!.replicas, 3);
  const memory = all.passes[0]!.stages[0]!.groups[0]!.memory!;
  // (4112 + 2240 + 3424) · 0.55 + 4 · 208 + 12 · 64 + 8 · 80 + 256
  assert.ok(Math.abs(memory.usedMiB - (5376.8 + 2240 + 256)) < 1e-9);
  assert.deepEqual(codes(all), ['CoLocated', 'BatchesInFull', 'BatchesInFull', 'NumbersFrom', 'NumbersFrom']);
});

test('roles that do not fit together are chained over GPUs, where the slowest stage sets the rate', () => {
  // 0.7 · 6000 + 2 + 256 does not fit into 4000
  const chained = planned({ ...two, nodes: [gpuNode('a', 'x', 4000, 4)] });
  assert.equal(shape(chained), 'detect | align');
  assert.deepEqual(
    chained.passes[0]!.stages.map(({ replicas }) => replicas),
    [2, 2],
  );
  assert.ok(Math.abs(chained.framesPerSec! - 200) < 1e-6);
  const slow = { ...two, aligner: timed('a', 3000, 50) };
  const balanced = planned({ ...slow, nodes: [gpuNode('a', 'x', 4000, 6)] });
  assert.deepEqual(
    balanced.passes[0]!.stages.map(({ replicas, roles }) => `${roles} ${replicas}`),
    ['detect 2', 'align 4'],
  );
});

test('a large GPU takes the large role and a small one the small role', () => {
  const unequal = planned({
    detector: timed('d', 6000, 100),
    aligner: timed('a', 1500, 100),
    maskers: [],
    nodes: [gpuNode('small', 'x', 2000), gpuNode('large', 'x', 6500)],
  });
  assert.equal(shape(unequal), 'detect | align');
  const nodes = unequal.passes[0]!.stages.map(({ groups }) => groups[0]!.placements[0]!.node);
  assert.deepEqual(nodes, ['large', 'small']);
});

test('on one small GPU the roles run one after the other; more passes pay when there are many frames', () => {
  const nodes = [gpuNode('a', 'Tesla-T4', 4600)];
  const batches = ({ passes }: Plan) =>
    Object.assign({}, ...passes.map(({ stages }) => stages[0]!.groups[0]!.batches));
  const few = planned({ nodes, options: { framesTotal: 1000 } });
  assert.equal(shape(few), 'detect → align+mask_0+mask_1');
  assert.deepEqual(batches(few), { detect: 1, align: 2, mask_0: 1, mask_1: 3 });
  assert.ok(codes(few).includes('Sequenced'));
  const sum = few.passes.reduce((sec, { durationSec }) => sec + durationSec!, 0);
  assert.ok(Math.abs(few.durationSec! - sum) < 1e-9);
  const many = planned({ nodes, options: { framesTotal: 1_000_000 } });
  assert.equal(many.passes.length, 3);
  // 4112 + 208 + 256 leaves 24 MiB: one frame; the others have room for all they ask
  assert.deepEqual(batches(many), { detect: 1, align: 12, mask_0: 1, mask_1: 8 });
});

test('spare memory raises batches up to maxBatch', () => {
  const detector = { ...PLUGINS.s3fd, maxBatch: 64 };
  const roomy = planned({ detector, aligner: null, maskers: [], nodes: [gpuNode('a', 'Tesla-T4', 10_000)] });
  // (10000 − 256 − 4112) / 208 = 27.07…
  assert.deepEqual(roomy.passes[0]!.stages[0]!.groups[0]!.batches, { detect: 27 });
});

test('a role larger than every GPU is refused with the shortfall, or runs at its own risk', () => {
  const nodes = [gpuNode('a', 'Tesla-T4', 3000), gpuNode('b', 'Tesla-T4', 4000)];
  const { shortfalls } = refused({ nodes });
  assert.deepEqual(shortfalls, [
    { role: 'detect', needMiB: 4112 + 208 + 256, bestFreeMiB: 4000, node: 'b', what: 'vram' },
  ]);
  const risky = planned({ nodes, options: { allowOversize: true } });
  const detect = risky.passes.flatMap(({ stages }) => stages).find(({ roles }) => roles.join() === 'detect')!;
  assert.equal(detect.groups[0]!.placements[0]!.node, 'b');
  assert.deepEqual(detect.groups[0]!.batches, { detect: 1 });
  assert.ok(codes(risky).includes('Oversize'));
});

test('limits: workers, feed', () => {
  const nodes = [gpuNode('a', 'x', 8000, 8)];
  const few = planned({ ...two, nodes, options: { maxReplicas: 3 } });
  assert.equal(few.passes[0]!.stages[0]!.replicas, 3);
  assert.ok(codes(few).includes('MaxReplicas'));
  const fed = planned({ ...two, nodes, options: { feedFramesPerSec: 120 } });
  assert.equal(fed.framesPerSec, 120);
  // each makes 50
  assert.equal(fed.passes[0]!.stages[0]!.replicas, 3);
  assert.ok(codes(fed).includes('FeedLimits') && codes(fed).includes('DevicesLeftFree'));
});

test('devices that are left free because they are too small are told from those that would not help', () => {
  const reason = (nodes: readonly object[], options: object = {}) =>
    planned({ ...two, nodes, options }).reasons.find(({ code }) => code === 'DevicesLeftFree')?.sentence;
  const large = gpuNode('a', 'x', 8000);
  assert.equal(
    reason([large, gpuNode('b', 'x', 2000)]),
    '1 of 2 devices: the others are too small for every GPU role of pass 1.',
  );
  assert.equal(
    reason([gpuNode('a', 'x', 8000, 8), gpuNode('b', 'x', 2000, 2)], { feedFramesPerSec: 120 }),
    '3 of 10 devices: 2 are too small for every GPU role of pass 1, the others would not make pass 1 faster.',
  );
});

test('without GPUs the cores do it, in one pass', () => {
  const nodes = [
    { name: 'a', cores: 8, memoryMiB: 4 * 1024 },
    { name: 'b', cores: 2, memoryMiB: null },
    { name: 'c', cores: 16, memoryMiB: 512 },
  ];
  const onCores = planned({ nodes });
  assert.equal(shape(onCores), 'detect+align+mask_0+mask_1');
  // 256 MiB for each of four roles: four threads fit on a, none on c
  assert.deepEqual(onCores.passes[0]!.stages[0]!.groups[0]!.placements, [
    { node: 'a', count: 1, threads: 4, cores: 4 },
    { node: 'b', count: 1, threads: 2, cores: 2 },
  ]);
  const { shortfalls } = refused({ nodes: [nodes[2]!] });
  assert.deepEqual(shortfalls[0], {
    role: 'detect',
    needMiB: 1024,
    bestFreeMiB: 512,
    node: 'c',
    what: 'memory',
  });
  const excluded = planned({
    nodes: [{ ...gpuNode('g', 'x', 8000), cores: 4 }],
    options: { excludeGpus: ['g'] },
  });
  assert.equal(excluded.passes[0]!.stages[0]!.device, 'cpu');
});

test('a part of a core is planned as that part, more than a core as whole ones', () => {
  const nodes = [
    { name: 'a', cores: 0.42 },
    { name: 'b', cores: 2.9 },
    { name: 'c', cores: 0 },
    // what subtractions leave
    { name: 'd', cores: 5.3e-15 },
  ];
  const { passes, reasons } = planned({ nodes });
  const [stage] = passes[0]!.stages;
  assert.deepEqual(stage!.groups[0]!.placements, [
    { node: 'a', count: 1, threads: 1, cores: 0.42 },
    { node: 'b', count: 1, threads: 2, cores: 2 },
  ]);
  assert.ok(Math.abs(stage!.framesPerSec - 2.42 * stage!.groups[0]!.framesPerSec) < 1e-9);
  assert.ok(
    reasons.some(({ code, sentence }) => code === 'NodeTooSmall' && sentence === 'c, d: no core is free.'),
  );
});

test('roles that need no GPU are not missed on one', () => {
  const none = refused({ nodes: [{ name: 'a', cores: 4 }], options: { device: 'gpu' } });
  assert.deepEqual(
    none.shortfalls.map(({ role }) => role),
    ['detect', 'align', 'mask_1'],
  );
  const drawn = planned({
    detector: null,
    aligner: null,
    maskers: [PLUGINS.components],
    nodes: [{ ...gpuNode('a', 'x', 100), cores: 4 }],
    options: { device: 'gpu' },
  });
  assert.equal(drawn.passes[0]!.stages[0]!.device, 'cpu');
});

test('roles without VRAM ride with one that is larger than every GPU', () => {
  const risky = planned({
    detector: null,
    maskers: [PLUGINS.components],
    nodes: [gpuNode('a', 'Tesla-T4', 200)],
    options: { allowOversize: true },
  });
  assert.equal(shape(risky), 'align+mask_0');
  assert.ok(codes(risky).includes('Oversize'));
});

test('busy GPUs, no nodes and no roles are told apart', () => {
  const busy = { name: 'a', cores: 64, gpus: [{ product: 'x', totalMiB: 15_000, count: 0, busy: 2 }] };
  assert.deepEqual(refused({ nodes: [busy] }).shortfalls[0], {
    role: 'detect',
    needMiB: 4576,
    bestFreeMiB: 0,
    node: null,
    what: 'vram',
  });
  assert.equal(refused({ nodes: [] }).shortfalls[0]!.what, 'memory');
  const empty = plan(
    problemOf({ detector: null, aligner: null, maskers: [null, { ...PLUGINS.fan, name: 'None' }] }),
  );
  assert.ok(empty.outcome === 'error' && empty.code === 'EmptyFlow');
});
