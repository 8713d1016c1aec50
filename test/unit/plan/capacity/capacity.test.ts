import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { capacity } from '../../../../controller/plan/capacity/capacity.ts';
import { gpuResource } from '../../../../controller/plan/capacity/gpu-resource.ts';
import type { KubeNode, KubePod } from '../../../../controller/plan/capacity/kubernetes-objects.ts';
import type { Gpu } from '../../../../controller/plan/problem.ts';
import { kubeNode, kubePod, type NodeSettings, nvidiaLabels } from '../../../fixtures/kube-objects.ts';

const GPU = 'nvidia.com/gpu';

/** Capacity of one node and the codes of what was found. */
function one(settings: Omit<NodeSettings, 'name'>, pods: readonly KubePod[] = []) {
  const found = capacity([kubeNode({ name: 'n', ...settings })], pods);
  const [node] = found.nodes;
  assert.ok(node);
  return { node, gpus: node.gpus, codes: found.reasons.map(({ code }) => code), reasons: found.reasons };
}

const facts = ({ product, count, busy, totalMiB, freeMiB, sharing }: Gpu) => ({
  product,
  count,
  busy,
  totalMiB,
  freeMiB,
  sharing: sharing.kind === 'mig' ? `mig ${sharing.profile}` : sharing.kind,
});

test('objects of the Kubernetes client are taken as they are', () => {
  const node: V1Node = { metadata: { name: 'a' }, status: { allocatable: { cpu: '4' } } };
  const pod: V1Pod = {
    spec: { nodeName: 'a', containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
  };
  const nodes: KubeNode[] = [node];
  const pods: KubePod[] = [pod];
  assert.equal(capacity(nodes, pods).nodes[0]?.cores, 3);
});

test('free GPUs are the allocatable ones minus those of bound, unfinished pods', () => {
  const labels = nvidiaLabels('Tesla-T4', 15360, 4);
  const pod = (name: string, settings: object) =>
    kubePod({ name, node: 'n', requests: { [GPU]: '1' }, ...settings });
  const { gpus, codes } = one({ labels, devices: { [GPU]: '4' } }, [
    pod('running', {}),
    pod('bound', { phase: 'Pending' }),
    pod('done', { phase: 'Succeeded' }),
    pod('failed', { phase: 'Failed' }),
    pod('elsewhere', { node: 'other' }),
    kubePod({ name: 'waiting', requests: { [GPU]: '1' }, phase: 'Pending' }),
  ]);
  assert.deepEqual(gpus.map(facts), [
    { product: 'Tesla-T4', count: 2, busy: 2, totalMiB: 15360, freeMiB: 15360, sharing: 'none' },
  ]);
  assert.deepEqual(codes, []);
});

test('more requested than there is, as after a device broke, leaves none and not less', () => {
  const labels = nvidiaLabels('Tesla-T4', 15360, 4);
  const pods = [kubePod({ name: 'p', node: 'n', requests: { [GPU]: '4' } })];
  const { gpus } = one({ labels, devices: { [GPU]: '3' }, unhealthy: { [GPU]: 1 } }, pods);
  assert.deepEqual([gpus[0]?.count, gpus[0]?.busy], [0, 3]);
});

test('cores and memory are what pods have not requested', () => {
  const pods = [kubePod({ name: 'p', node: 'n', requests: { cpu: '1500m', memory: '2Gi' } })];
  const { node } = one({ cpus: 8, memoryGiB: 32 }, pods);
  assert.deepEqual([node.cores, node.memoryMiB], [6.42, 29 * 1024]);
});

test('MIG strategy mixed: every profile is a resource with labels of its own, beside whole GPUs', () => {
  const { gpus } = one({
    labels: {
      ...nvidiaLabels('NVIDIA-A100-SXM4-40GB', 40960, 2),
      'nvidia.com/mig.strategy': 'mixed',
      'nvidia.com/mig-1g.5gb.count': '2',
      'nvidia.com/mig-1g.5gb.memory': '4864',
      'nvidia.com/mig-1g.5gb.product': 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb',
      'nvidia.com/mig-1g.5gb.replicas': '1',
      'nvidia.com/mig-3g.20gb.count': '1',
      'nvidia.com/mig-3g.20gb.memory': '19968',
    },
    devices: { [GPU]: '1', 'nvidia.com/mig-1g.5gb': '2', 'nvidia.com/mig-3g.20gb': '1' },
  });
  assert.deepEqual(gpus.map(facts), [
    { product: 'NVIDIA-A100-SXM4-40GB', count: 1, busy: 0, totalMiB: 40960, freeMiB: 40960, sharing: 'none' },
    {
      product: 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb',
      count: 2,
      busy: 0,
      totalMiB: 4864,
      freeMiB: 4864,
      sharing: 'mig 1g.5gb',
    },
    {
      product: 'NVIDIA-A100-SXM4-40GB-MIG-3g.20gb',
      count: 1,
      busy: 0,
      totalMiB: 19968,
      freeMiB: 19968,
      sharing: 'mig 3g.20gb',
    },
  ]);
});

test('names of resources', () => {
  const read = (name: string) => {
    const found = gpuResource(name);
    return found === null ? null : [found.labels, found.migProfile, found.renamedAsShared];
  };
  assert.deepEqual(read('nvidia.com/gpu'), ['nvidia.com/gpu', null, false]);
  assert.deepEqual(read('nvidia.com/gpu.shared'), ['nvidia.com/gpu', null, true]);
  assert.deepEqual(read('nvidia.com/mig-1g.5gb'), ['nvidia.com/mig-1g.5gb', '1g.5gb', false]);
  assert.deepEqual(read('nvidia.com/mig-1g.5gb.shared'), ['nvidia.com/mig-1g.5gb', '1g.5gb', true]);
  assert.deepEqual(read('nvidia.com/mig-1g.10gb.me.shared'), [
    'nvidia.com/mig-1g.10gb.me',
    '1g.10gb.me',
    true,
  ]);
  assert.deepEqual(read('nvidia.com/mig-1c.3g.20gb'), ['nvidia.com/mig-1c.3g.20gb', '1c.3g.20gb', false]);
  for (const other of ['nvidia.com/gpumem', 'nvidia.com/mig-', 'amd.com/', 'cpu', 'example.com/gpu']) {
    assert.equal(read(other), null, other);
  }
});

test('MIG strategy single: nvidia.com/gpu is a slice', () => {
  const labels = nvidiaLabels('A100-SXM4-40GB-MIG-1g.5gb', 4864, 7);
  const { gpus } = one({ labels, devices: { [GPU]: '7' } });
  assert.deepEqual(gpus.map(facts), [
    {
      product: 'A100-SXM4-40GB-MIG-1g.5gb',
      count: 7,
      busy: 0,
      totalMiB: 4864,
      freeMiB: 4864,
      sharing: 'mig 1g.5gb',
    },
  ]);
});

test('a MIG layout that its strategy cannot show is refused', () => {
  const labels = nvidiaLabels('NVIDIA-A100-SXM4-40GB-MIG-INVALID', 0, 0, 0);
  const { gpus, codes } = one({ labels, devices: { [GPU]: '2' } });
  assert.deepEqual([gpus, codes], [[], ['GpuLabelsInvalid']]);
});

test('time slicing: one stage per physical GPU, within the share of one pod', () => {
  const labels = {
    ...nvidiaLabels('Tesla-T4-SHARED', 15360, 2, 4),
    'nvidia.com/gpu.sharing-strategy': 'time-slicing',
  };
  const { gpus, codes } = one({ labels, devices: { [GPU]: '8' } });
  assert.deepEqual(gpus.map(facts), [
    { product: 'Tesla-T4', count: 2, busy: 0, totalMiB: 15360, freeMiB: 3840, sharing: 'timeSlicing' },
  ]);
  assert.deepEqual(codes, ['GpuTimeSliced']);
  const pods = [kubePod({ name: 'p', node: 'n', requests: { [GPU]: '7' } })];
  assert.equal(one({ labels, devices: { [GPU]: '8' } }, pods).gpus[0]?.count, 1);
});

test('time slicing under another resource name', () => {
  const labels = nvidiaLabels('Tesla-T4', 15360, 1, 4);
  const { gpus } = one({ labels, devices: { 'nvidia.com/gpu.shared': '4' } });
  assert.deepEqual([gpus[0]?.resource, gpus[0]?.count, gpus[0]?.freeMiB], ['nvidia.com/gpu.shared', 1, 3840]);
  const unlabelled = one({
    labels: { 'nvidia.com/gpu.product': 'Tesla-T4' },
    devices: { 'nvidia.com/gpu.shared': '4' },
  });
  assert.deepEqual(unlabelled.codes, ['GpuSharingUnknown']);
});

test('MPS: every free share is a device, its memory limit is enforced', () => {
  const labels = {
    ...nvidiaLabels('NVIDIA-L40S-SHARED', 46068, 1, 4),
    'nvidia.com/gpu.sharing-strategy': 'mps',
  };
  const pods = [kubePod({ name: 'p', node: 'n', requests: { [GPU]: '1' } })];
  const { gpus, codes } = one({ labels, devices: { [GPU]: '4' } }, pods);
  assert.deepEqual(gpus.map(facts), [
    { product: 'NVIDIA-L40S', count: 3, busy: 1, totalMiB: 11517, freeMiB: 11517, sharing: 'mps' },
  ]);
  assert.deepEqual(codes, []);
});

test('AMD: new and old labels of its node labeller', () => {
  const now = { 'amd.com/gpu.product-name': 'AMD_Instinct_MI300X_OAM', 'amd.com/gpu.vram': '192G' };
  const old = { 'beta.amd.com/gpu.device-id.6860': '1', 'beta.amd.com/gpu.vram.16G': '1' };
  const devices = { 'amd.com/gpu': '8' };
  assert.deepEqual(one({ labels: now, devices }).gpus.map(facts), [
    {
      product: 'AMD_Instinct_MI300X_OAM',
      count: 8,
      busy: 0,
      totalMiB: 196096,
      freeMiB: 196096,
      sharing: 'none',
    },
  ]);
  assert.deepEqual(one({ labels: old, devices }).gpus.map(facts), [
    { product: 'AMD-6860', count: 8, busy: 0, totalMiB: 15872, freeMiB: 15872, sharing: 'none' },
  ]);
  assert.deepEqual(one({ labels: now, devices }).codes, ['GpuWithoutCuda']);
  const partitions = one({ labels: now, devices: { 'amd.com/cpx_nps4': '64' } });
  assert.deepEqual([partitions.gpus, partitions.codes], [[], ['GpuMemoryUnknown']]);
});

test('without a memory label the product decides, wherever it is named; without a product the GPUs are refused', () => {
  const devices = { [GPU]: '4' };
  const gke = one({ labels: { 'cloud.google.com/gke-accelerator': 'nvidia-l4' }, devices });
  assert.deepEqual([gke.gpus[0]?.totalMiB, gke.codes], [22118, ['GpuMemoryGuessed']]);
  const aws = one({ instanceType: 'g4dn.12xlarge', devices });
  assert.deepEqual(
    [aws.gpus[0]?.product, aws.gpus[0]?.totalMiB, aws.codes],
    ['Tesla-T4', 14745, ['GpuMemoryGuessed']],
  );
  const azure = one({ instanceType: 'Standard_NC24rs_v3', devices });
  assert.deepEqual([azure.gpus[0]?.product, azure.codes], ['Tesla-V100-PCIE-16GB', ['GpuMemoryGuessed']]);
  const unknown = one({ devices });
  assert.deepEqual([unknown.gpus, unknown.codes], [[], ['GpuMemoryUnknown']]);
  const garbage = one({ labels: nvidiaLabels('Tesla-T4', Number.NaN, 4), devices });
  assert.deepEqual([garbage.gpus, garbage.codes], [[], ['GpuLabelsInvalid']]);
});

test('a node of different products is refused, as its labels describe one of them', () => {
  const { gpus, codes } = one({
    labels: nvidiaLabels('Tesla-V100-SXM2-32GB', 32768, 1),
    devices: { [GPU]: '3' },
  });
  assert.deepEqual([gpus, codes], [[], ['GpuLabelsDisagree']]);
});

test('nodes that take no pods are marked with the reason', () => {
  const labels = nvidiaLabels('Tesla-T4', 15360, 1);
  const devices = { [GPU]: '1' };
  for (const [settings, code] of [
    [{ ready: 'False' }, 'NodeNotReady'],
    [{ ready: 'Unknown' }, 'NodeNotReady'],
    [{ cordoned: true }, 'NodeCordoned'],
    [{ labels: { ...labels, 'kubernetes.io/os': 'windows' } }, 'NodeNotLinux'],
  ] as const) {
    const { node, codes } = one({ labels, devices, ...settings });
    assert.equal(node.schedulable, false);
    assert.deepEqual(codes, [code]);
  }
  const crowd = Array.from({ length: 110 }, (_, i) => kubePod({ name: `p${i}`, node: 'n' }));
  assert.deepEqual(one({ labels, devices }, crowd).codes, ['NodeFull']);
  assert.deepEqual(capacity([{ metadata: { name: 'empty' } }], []).reasons[0]?.code, 'NodeNotReady');
});

test('taints come along, and GPUs without a device plugin are told', () => {
  const taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' };
  assert.deepEqual(one({ taints: [taint] }).node.taints, [taint]);
  assert.deepEqual(one({ labels: { 'nvidia.com/gpu.present': 'true' } }).codes, ['GpuPluginMissing']);
  const broken = one({ labels: nvidiaLabels('Tesla-T4', 15360, 1), devices: { [GPU]: '0' } });
  assert.deepEqual([broken.gpus, broken.codes], [[], []]);
});

test('equal findings of many nodes are one reason', () => {
  const nodes = ['d', 'a', 'c', 'b', 'e'].map((name) => kubeNode({ name, devices: { [GPU]: '2' } }));
  const { reasons, nodes: capacities } = capacity(nodes, []);
  assert.deepEqual(
    capacities.map(({ name }) => name),
    ['a', 'b', 'c', 'd', 'e'],
  );
  assert.equal(reasons.length, 1);
  assert.deepEqual(reasons[0]?.numbers, { devices: 2, nodes: 5, node: 'a' });
  assert.match(reasons[0]?.sentence ?? '', /^a, b, c and 2 more nodes: 2 × nvidia\.com\/gpu not used/);
});
