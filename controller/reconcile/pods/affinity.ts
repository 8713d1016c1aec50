import type { V1Affinity } from '@kubernetes/client-node';

/** Exactly one node, by its name: the scheduler still checks that it has room, which setting `nodeName` would not. */
export function onNode(name: string): V1Affinity {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

/** Linux, and where possible a node without GPUs: their cores are for workers. */
export const awayFromGpus: V1Affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] },
      ],
    },
    preferredDuringSchedulingIgnoredDuringExecution: [
      'nvidia.com/gpu.present',
      'amd.com/gpu.product-name',
    ].map((key) => ({ weight: 100, preference: { matchExpressions: [{ key, operator: 'DoesNotExist' }] } })),
  },
};
