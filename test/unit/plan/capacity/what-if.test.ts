import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyWhatIf, parseWhatIf } from '../../../../controller/plan/capacity/what-if.ts';
import type { Gpu, NodeCapacity } from '../../../../controller/plan/problem.ts';

const gpu = (product: string, totalMiB: number, sharing: Gpu['sharing'], more: Partial<Gpu> = {}): Gpu => ({
  resource: 'nvidia.com/gpu',
  product,
  count: 3,
  busy: 1,
  totalMiB,
  freeMiB: totalMiB,
  sharing,
  speed: null,
  ...more,
});
const node = (...gpus: readonly Gpu[]): NodeCapacity => ({
  name: 'n',
  gpus,
  cores: 8,
  memoryMiB: 8000,
  labels: {},
  taints: [],
  schedulable: true,
});

function added(change: string, nodes: readonly NodeCapacity[] = [], labels = {}) {
  const result = applyWhatIf(nodes, parseWhatIf(change)!, labels);
  assert.ok(result.possible, change);
  return { node: result.nodes.at(-1)!, gpu: result.nodes.at(-1)!.gpus[0]!, says: result.reason.sentence };
}

test('a product of the cluster has the memory that it has there, and is shared with nobody', () => {
  const t4 = node(gpu('NVIDIA-T4', 15_360, { kind: 'none' }));
  const whole = added('add:2xt4', [t4]);
  assert.deepEqual([whole.gpu.totalMiB, whole.gpu.count, whole.gpu.busy], [15_360, 2, 0]);
  assert.equal(whole.says, 'with a node added-1 of 2 x NVIDIA-T4 (15360 MiB each)');
  const sliced = gpu('T4', 15_360, { kind: 'timeSlicing', replicas: 4 }, { freeMiB: 3840 });
  const shares = gpu('T4', 3840, { kind: 'mps', replicas: 4 });
  for (const shared of [sliced, shares]) {
    const { totalMiB, freeMiB, sharing } = added('add:1xT4-SHARED', [node(shared)]).gpu;
    assert.deepEqual([totalMiB, freeMiB, sharing], [15_360, 15_360, { kind: 'none' }]);
  }
});

test('a product that is only a name has an assumed memory, and says so', () => {
  const { gpu: a100, says } = added('add:1xA100-80GB');
  assert.equal(a100.totalMiB, 73_728);
  assert.equal(says, 'with a node added-1 of 1 x A100-80GB (73728 MiB each, assumed by the name)');
  assert.equal(added('add:1xMI300X').gpu.resource, 'amd.com/gpu');
});

test('MIG slices are slices', () => {
  const product = 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb';
  const sharing = { kind: 'mig', profile: '1g.5gb' } as const;
  const slice = gpu(product, 4864, sharing, { resource: 'nvidia.com/mig-1g.5gb' });
  assert.deepEqual(added(`add:7x${product}`, [node(slice)]).gpu, { ...slice, count: 7, busy: 0 });
  const guessed = added('add:7xA100-SXM4-40GB-MIG-1g.5gb').gpu;
  assert.deepEqual([guessed.sharing, guessed.resource, guessed.totalMiB], [sharing, slice.resource, 4352]);
});

test('an added node has the labels that are asked for, and a name of its own', () => {
  const { node: first } = added('add:1xT4', [], { pool: 'gpu' });
  assert.deepEqual([first.name, first.labels], ['added-1', { pool: 'gpu' }]);
  assert.equal(added('add:1xT4', [first]).node.name, 'added-2');
});

test('what cannot be made says why', () => {
  assert.deepEqual(applyWhatIf([], parseWhatIf('add:3xNoSuch')!), {
    possible: false,
    sentence: 'the memory of NoSuch is not known; its size may be in the name: add:3xNoSuch-24GB',
  });
  for (const text of ['add:0xT4', 'add:xT4', 'add:1x', 'remove:', 'add:1.5xT4', 'add:100000xT4'])
    assert.equal(parseWhatIf(text), null, text);
});
