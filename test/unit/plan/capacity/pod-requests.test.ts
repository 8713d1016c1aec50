import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubePod } from '../../../../controller/plan/capacity/kubernetes-objects.ts';
import { holdsResources, podRequests } from '../../../../controller/plan/capacity/pod-requests.ts';

const gpu = (count: string) => ({ resources: { limits: { 'nvidia.com/gpu': count } } });
const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
const sidecar = { restartPolicy: 'Always' };
const requests = (spec: NonNullable<KubePod['spec']>) => Object.fromEntries(podRequests({ spec }));

test('containers add up, and a limit without a request is a request', () => {
  const containers = [gpu('1'), gpu('2'), { resources: { requests: { cpu: '500m' }, limits: { cpu: '2' } } }];
  assert.deepEqual(requests({ containers }), { 'nvidia.com/gpu': 3, cpu: 0.5 });
});

test('an init container counts only where it needs more than the containers', () => {
  assert.deepEqual(requests({ containers: [gpu('1')], initContainers: [gpu('2'), gpu('1')] }), {
    'nvidia.com/gpu': 2,
  });
  assert.deepEqual(requests({ containers: [gpu('3')], initContainers: [gpu('2')] }), { 'nvidia.com/gpu': 3 });
});

test('sidecars add to the containers and to the init containers that start after them', () => {
  const before = { ...sidecar, ...cpu('1') };
  const after = { ...sidecar, ...cpu('2') };
  assert.deepEqual(requests({ containers: [cpu('1')], initContainers: [before, cpu('5'), after] }), {
    cpu: 6,
  });
  assert.deepEqual(requests({ containers: [cpu('4')], initContainers: [before, cpu('5'), after] }), {
    cpu: 7,
  });
});

test('the pod overhead is added, and requests of the whole pod replace those of its containers for CPU and memory only', () => {
  const spec = {
    containers: [{ resources: { requests: { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' } } }],
    overhead: { cpu: '250m' },
    resources: { requests: { cpu: '3', 'nvidia.com/gpu': '9' } },
  };
  assert.deepEqual(requests(spec), { cpu: 3.25, memory: 2 ** 30, 'nvidia.com/gpu': 1 });
});

test('a pod holds its node while it is bound and not finished', () => {
  const bound = { spec: { nodeName: 'a' } };
  assert.equal(holdsResources({ ...bound, status: { phase: 'Pending' } }), true);
  assert.equal(holdsResources({ ...bound, status: { phase: 'Running' } }), true);
  assert.equal(holdsResources({ ...bound, status: { phase: 'Unknown' } }), true);
  assert.equal(holdsResources(bound), true);
  assert.equal(holdsResources({ ...bound, status: { phase: 'Succeeded' } }), false);
  assert.equal(holdsResources({ ...bound, status: { phase: 'Failed' } }), false);
  assert.equal(holdsResources({ spec: {}, status: { phase: 'Pending' } }), false);
});
