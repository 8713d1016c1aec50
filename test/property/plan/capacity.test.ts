import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { capacity } from '../../../controller/plan/capacity/capacity.ts';
import type { KubeNode, KubePod } from '../../../controller/plan/capacity/kubernetes-objects.ts';
import { parseQuantity } from '../../../controller/plan/capacity/parse-quantity.ts';
import { casesOf } from '../../fixtures/only-in-full.ts';

const RUNS = { numRuns: casesOf(5000) };
const RESOURCES = [
  'nvidia.com/gpu',
  'nvidia.com/gpu.shared',
  'nvidia.com/mig-1g.5gb',
  'nvidia.com/mig-1g.5gb.shared',
  'amd.com/gpu',
  'amd.com/cpx_nps4',
  'cpu',
  'memory',
  'pods',
  'example.com/other',
];
const LABELS = [
  'nvidia.com/gpu.memory',
  'nvidia.com/gpu.product',
  'nvidia.com/gpu.count',
  'nvidia.com/gpu.replicas',
  'nvidia.com/gpu.sharing-strategy',
  'nvidia.com/gpu.present',
  'nvidia.com/mig-1g.5gb.memory',
  'nvidia.com/mig-1g.5gb.replicas',
  'amd.com/gpu.vram',
  'amd.com/gpu.product-name',
  'beta.amd.com/gpu.vram.16G',
  'cloud.google.com/gke-accelerator',
  'cloud.google.com/gke-max-shared-clients-per-gpu',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
];
const VALUES = [
  '0',
  '1',
  '2',
  '4',
  '15360',
  '192G',
  'Tesla-T4',
  'Tesla-T4-SHARED',
  'A100-SXM4-40GB-MIG-1g.5gb',
  'nvidia-l4',
];
const ODD_VALUES = [
  'X-MIG-INVALID',
  '',
  '-1',
  '1e9',
  'mps',
  'time-slicing',
  'true',
  'g4dn.xlarge',
  'linux',
  'p5.48xlarge',
];
const NODES = ['a', 'b', 'c'];

const quantity = fc.oneof(
  fc.integer({ min: 0, max: 16 }).map(String),
  fc.constantFrom('500m', '64Gi', '1e3', '-2', 'rubbish', ''),
);
const resourceList = fc.dictionary(fc.constantFrom(...RESOURCES), quantity, { maxKeys: 6 });
const someTimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
const ready = fc.constantFrom('True', 'True', 'True', 'False', 'Unknown');

/** Drops entries that are undefined, as JSON does. */
const present = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const kubeNode = fc
  .record({
    labels: fc.dictionary(fc.constantFrom(...LABELS), fc.constantFrom(...VALUES, ...ODD_VALUES), {
      maxKeys: 8,
    }),
    allocatable: resourceList,
    unschedulable: someTimes(fc.boolean()),
    ready: someTimes(ready),
  })
  .map(
    ({ labels, allocatable, unschedulable, ready: status }) =>
      (name: string): KubeNode =>
        present({
          metadata: { name, labels },
          spec: { unschedulable },
          status: { allocatable, conditions: status === undefined ? [] : [{ type: 'Ready', status }] },
        }) as KubeNode,
  );
const nodeList = fc
  .tuple(kubeNode, kubeNode, kubeNode)
  .map((makers) => makers.map((make, i) => make(NODES[i]!)));

const container = fc.record({
  restartPolicy: someTimes(fc.constant('Always')),
  resources: fc.record({ requests: someTimes(resourceList), limits: someTimes(resourceList) }),
});
const kubePod = fc
  .record({
    nodeName: someTimes(fc.constantFrom(...NODES, 'elsewhere')),
    containers: fc.array(container, { maxLength: 3 }),
    initContainers: someTimes(fc.array(container, { maxLength: 3 })),
    overhead: someTimes(resourceList),
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
  })
  .map(({ phase, ...spec }) => present({ spec, status: { phase } }) as KubePod);
const podList = fc.array(kubePod, { maxLength: 8 });

test('whatever the objects say, free is between nothing and what is allocatable', () => {
  fc.assert(
    fc.property(nodeList, podList, (nodes, pods) => {
      for (const { name, gpus, cores, memoryMiB } of capacity(nodes, pods).nodes) {
        const allocatable = nodes.find(({ metadata }) => metadata?.name === name)?.status?.allocatable ?? {};
        for (const { resource, count, busy, totalMiB, freeMiB } of gpus) {
          const units = Math.floor(parseQuantity(allocatable[resource] ?? '') ?? 0);
          assert.ok(Number.isInteger(count) && Number.isInteger(busy) && count >= 0 && busy >= 0);
          assert.ok(count + busy <= units, `${count} + ${busy} of ${units}`);
          assert.ok(
            freeMiB >= 0 && freeMiB <= totalMiB && Number.isFinite(totalMiB),
            `${freeMiB} of ${totalMiB}`,
          );
        }
        assert.ok(cores === null || cores >= 0);
        assert.ok(memoryMiB === null || memoryMiB >= 0);
      }
    }),
    RUNS,
  );
});

test('one more pod never frees anything', () => {
  fc.assert(
    fc.property(nodeList, podList, kubePod, (nodes, pods, more) => {
      const before = capacity(nodes, pods).nodes;
      const after = capacity(nodes, [...pods, more]).nodes;
      for (const [i, node] of before.entries()) {
        const then = after[i]!;
        assert.ok(then.schedulable <= node.schedulable);
        assert.ok((then.cores ?? 0) <= (node.cores ?? 0));
        assert.ok((then.memoryMiB ?? 0) <= (node.memoryMiB ?? 0));
        for (const [k, { count }] of node.gpus.entries()) assert.ok(then.gpus[k]!.count <= count);
      }
    }),
    RUNS,
  );
});

test('the order of nodes and pods does not matter', () => {
  fc.assert(
    fc.property(nodeList, podList, (nodes, pods) => {
      const shuffled = capacity([...nodes].reverse(), [...pods].reverse());
      assert.deepEqual(shuffled, capacity(nodes, pods));
    }),
    RUNS,
  );
});

test('GPUs that are not planned are told, with a reason', () => {
  fc.assert(
    fc.property(nodeList, (nodes) => {
      const { nodes: capacities, reasons } = capacity(nodes, []);
      for (const node of nodes) {
        const offered = Object.entries(node.status?.allocatable ?? {}).filter(
          ([resource, amount]) => /^(nvidia|amd)\.com\//.test(resource) && (parseQuantity(amount) ?? 0) >= 1,
        );
        const { gpus } = capacities.find(({ name }) => name === node.metadata?.name)!;
        if (gpus.length < offered.length)
          assert.ok(reasons.some(({ code }) => /^Gpu(Memory|Labels|Sharing)/.test(code)));
      }
    }),
    RUNS,
  );
});
