import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { NeedContext } from '../../../controller/api/role-needs.ts';
import type { KubeNode } from '../../../controller/plan/capacity/kubernetes-objects.ts';
import { Requests } from '../../../controller/runtime/requests.ts';
import { extractionOf } from '../../fixtures/extraction-resource.ts';

function gpuNode(name: string, product: string): KubeNode {
  return {
    metadata: {
      name,
      labels: {
        'nvidia.com/gpu.product': product,
        'nvidia.com/gpu.memory': '15360',
        'nvidia.com/gpu.count': '1',
      },
    },
    status: {
      allocatable: { 'nvidia.com/gpu': '1', cpu: '4', memory: '16Gi' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

it('a spec is resolved once, and again when it or the kinds of hardware change', async () => {
  let nodes = [gpuNode('a', 'Tesla-T4')];
  const contexts: NeedContext[] = [];
  const requests = new Requests(
    {
      profiles: [],
      onnxruntime: '1',
      async resolveRequest(_, context) {
        contexts.push(context);
        return { code: 'FF5003', message: 'none' };
      },
    },
    () => nodes,
  );
  const extraction = extractionOf();
  await Promise.all([requests.of(extraction), requests.of(extraction)]);
  await requests.of(extraction);
  assert.equal(contexts.length, 1);
  nodes = [gpuNode('a', 'Tesla-T4'), gpuNode('b', 'Tesla-T4')];
  requests.nodesChanged();
  await requests.of(extraction);
  assert.equal(contexts.length, 1, 'another node of a kind that is there');
  nodes = [...nodes, gpuNode('c', 'NVIDIA-A10')];
  requests.nodesChanged();
  await requests.of(extraction);
  assert.equal(contexts.length, 2);
  assert.deepEqual(
    contexts[1]?.nodes.flatMap(({ gpus }) => gpus.map(({ product }) => product)),
    ['Tesla-T4', 'Tesla-T4', 'NVIDIA-A10'],
  );
  const changed = { ...extraction, metadata: { ...extraction.metadata, generation: 2 } };
  await requests.of(changed);
  assert.equal(contexts.length, 3);
  requests.forget(extraction.metadata.uid);
  await requests.of(changed);
  assert.equal(contexts.length, 4);
});
