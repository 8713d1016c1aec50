import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usableDevices } from '../../../controller/plan/fleet/usable-devices.ts';
import { gpuNode, problemOf } from '../../fixtures/plan-problem.ts';

/** Devices by node, and the codes of what is left out. */
function usable(nodes: readonly Record<string, unknown>[], options: Record<string, unknown> = {}) {
  const problem = problemOf({ nodes, options });
  const { pools, leftOut, hasGpus } = usableDevices(problem.nodes, problem.options);
  const slots = pools.flatMap(({ slots: own }) => own.map(({ node, count }) => `${node}:${count}`));
  return {
    slots: slots.sort(),
    leftOut: leftOut.map(({ code, numbers }) => `${code} ${numbers.count}`),
    hasGpus,
  };
}

const t4 = (name: string, count = 1) => gpuNode(name, 'Tesla-T4', 15_000, count);

test('cordoned, unlabelled and tainted nodes are left out, with the reason', () => {
  const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];
  const nodes = [
    { ...t4('a'), labels: { pool: 'faces' } },
    { ...t4('b'), labels: { pool: 'faces' }, schedulable: false },
    t4('c'),
    { ...t4('d'), labels: { pool: 'faces' }, taints },
    { ...t4('e'), labels: { pool: 'faces' }, taints: [{ key: 'soft', effect: 'PreferNoSchedule' }] },
  ];
  const options = { nodeSelector: { pool: 'faces' } };
  assert.deepEqual(usable(nodes, options), {
    slots: ['a:1', 'e:1'],
    leftOut: ['NodeNotSchedulable 1', 'NodeNotSelected 1', 'NodeTainted 1'],
    hasGpus: true,
  });
  const rows: readonly (readonly [Record<string, string>, boolean])[] = [
    [{ key: 'gpu', value: 'yes' }, true],
    [{ key: 'gpu', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ key: 'gpu', value: 'no' }, false],
    [{ key: 'gpu' }, false],
    [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, false],
  ];
  for (const [toleration, isTolerated] of rows) {
    const { slots } = usable(nodes, { ...options, tolerations: [toleration] });
    assert.equal(slots.includes('d:1'), isTolerated, JSON.stringify(toleration));
  }
});

test('GPUs are excluded by node, product, or product of a node', () => {
  const nodes = [t4('a', 2), t4('b'), gpuNode('c', 'NVIDIA-L4', 23_000)];
  assert.deepEqual(usable(nodes, { excludeGpus: ['a'] }).slots, ['b:1', 'c:1']);
  assert.deepEqual(usable(nodes, { excludeGpus: ['Tesla-T4'] }).slots, ['c:1']);
  assert.deepEqual(usable(nodes, { excludeGpus: ['a/Tesla-T4', 'c'] }), {
    slots: ['b:1'],
    leftOut: ['GpuExcluded 3'],
    hasGpus: true,
  });
});

test('GPUs of other extended resources are left out', () => {
  const mig = { product: 'A100-MIG-1g.10gb', resource: 'nvidia.com/mig-1g.10gb', totalMiB: 9_000 };
  const nodes = [t4('a', 2), { name: 'c', gpus: [mig] }];
  assert.deepEqual(usable(nodes).slots, ['a:2', 'c:1']);
  assert.deepEqual(usable(nodes, { gpuResources: ['nvidia.com/gpu'] }), {
    slots: ['a:2'],
    leftOut: ['GpuNotSelected 1'],
    hasGpus: true,
  });
  assert.deepEqual(usable(nodes, { gpuResources: [] }).slots, []);
});

test('a node takes no more workers than its cores and memory allow', () => {
  const nodes = [
    { ...t4('a', 8), cores: 4.5 },
    { ...t4('b', 8), cores: 100, memoryMiB: 3 * 2048 },
    t4('c', 8),
  ];
  assert.deepEqual(usable(nodes), {
    slots: ['a:4', 'b:3', 'c:8'],
    leftOut: ['NodeTooSmall 9'],
    hasGpus: true,
  });
  assert.deepEqual(usable(nodes, { workerCores: 2 }).slots, ['a:2', 'b:3', 'c:8']);
});

test('an entry of excludeGpus that names no GPU is told', () => {
  const nodes = [t4('a'), t4('b', 2), { name: 'c', cores: 4 }];
  const { leftOut, slots } = usable(nodes, { excludeGpus: ['b/Tesla-T4', 'b/Tesla-V100', 'c', 'a'] });
  assert.deepEqual(slots, []);
  assert.deepEqual(leftOut, ['ExcludesNothing undefined', 'ExcludesNothing undefined', 'GpuExcluded 3']);
});

test('busy devices are no capacity, but the cluster has GPUs', () => {
  const nodes = [{ name: 'a', gpus: [{ product: 'Tesla-T4', totalMiB: 15_000, count: 0, busy: 2 }] }];
  assert.deepEqual(usable(nodes), { slots: [], leftOut: [], hasGpus: true });
  assert.equal(usable([{ name: 'a', cores: 4 }]).hasGpus, false);
});

test('what is left out is said with its nodes, three at most', () => {
  const taints = [{ key: 'gpu', effect: 'NoSchedule' }];
  const nodes = ['a', 'b', 'c', 'd'].map((name) => ({ ...t4(name), taints }));
  const { leftOut } = sentences([...nodes, { ...t4('e', 3), cores: 2 }, { ...t4('f'), schedulable: false }]);
  assert.deepEqual(leftOut, [
    'f: cordoned or not ready.',
    'a, b, c and 1 more node: the taint gpu:NoSchedule is not tolerated.',
    "e: 1 GPU not used, for there is not a worker's 1 core and 2,048 MiB for each.",
  ]);
});

function sentences(nodes: readonly Record<string, unknown>[]): { readonly leftOut: string[] } {
  const problem = problemOf({ nodes });
  const { leftOut } = usableDevices(problem.nodes, problem.options);
  return { leftOut: leftOut.map(({ sentence }) => sentence) };
}
