import { z } from 'zod';
import { ruled } from './rule.ts';
import { setOf } from './set-of.ts';

const toleration = ruled(
  z.strictObject({
    key: z.string().max(317).exactOptional().describe('Key of the taint; none stands for every key.'),
    operator: z.enum(['Equal', 'Exists']).exactOptional().describe('`Equal` when there is none.'),
    value: z.string().max(63).exactOptional().describe('Value of the taint; none with `Exists`.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .exactOptional()
      .describe('Effect of the taint; none stands for every effect.'),
    tolerationSeconds: z.int().exactOptional().describe('How long a `NoExecute` taint is borne, seconds.'),
  }),
  {
    cel: "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''",
    message: 'has a value, which operator Exists takes none of',
    holds: ({ operator, value }) => operator !== 'Exists' || !value,
  },
  {
    cel: "(has(self.key) && self.key != '') || (has(self.operator) && self.operator == 'Exists')",
    message: 'has no key, which only operator Exists does without',
    holds: ({ operator, key }) => Boolean(key) || operator === 'Exists',
  },
  {
    cel: "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
    message: 'has tolerationSeconds, which only effect NoExecute takes',
    holds: ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === 'NoExecute',
  },
);

const atomic = { 'x-kubernetes-list-type': 'atomic' };
const cores = () => z.number().min(0).max(1024).exactOptional();

/** What may be used of the cluster, and how. */
export const planning = ruled(
  z.strictObject({
    policy: z
      .enum(['fleet', 'compat'])
      .default('fleet')
      .describe('`fleet`: over all devices, by predicted time. `compat`: on one GPU, as faceswap plans.'),
    device: z
      .enum(['auto', 'gpu', 'cpu'])
      .default('auto')
      .describe('`auto`: GPUs where the cluster has any, else CPUs.'),
    maxReplicas: z.int().min(1).nullable().default(null).describe('Most workers at a time; none = no limit.'),
    decodeWorkers: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe(
        'Workers without a GPU that share the decoding of a video; 0: the conductor decodes. Other sources need none.',
      ),
    excludeGpus: setOf(z.string().min(1).max(317), 1024)
      .default([])
      .describe(
        'GPUs that are not to be used: a node (`gpu-3`), a product (`Tesla-T4`) or a product of a node (`gpu-3/Tesla-T4`).',
      ),
    nodeSelector: z
      .record(z.string(), z.string())
      .default({})
      .describe('Labels that a node must have, for workers and conductor.'),
    tolerations: z
      .array(toleration)
      .max(64)
      .default([])
      .meta(atomic)
      .describe('Taints of nodes that workers and conductor bear, as in a Pod.'),
    allowOversize: z
      .boolean()
      .default(false)
      .describe('Whether a plugin that needs more VRAM than any GPU has is tried nevertheless.'),
    marginMiB: z.number().min(0).max(1e12).exactOptional().describe('VRAM left free on every device, MiB.'),
    workerCores: cores().describe('Cores that a GPU worker asks for.'),
    workerMemoryMiB: z
      .number()
      .min(0)
      .max(1e12)
      .exactOptional()
      .describe('Host memory that a GPU worker asks for, MiB.'),
    maxWorkerCores: cores().describe('Cores that a GPU worker may ask for where less would hold its GPU up.'),
    frameCoreSec: z
      .number()
      .min(0)
      .max(1e6)
      .exactOptional()
      .describe(
        'Seconds of one core for each frame besides the networks, where they are known better than by a profile.',
      ),
    runtimeClassName: z
      .string()
      .min(1)
      .max(253)
      .exactOptional()
      .describe('RuntimeClass of GPU workers, such as `nvidia`.'),
    gpuResources: setOf(z.string().min(1).max(317), 64)
      .min(1)
      .exactOptional()
      .describe(
        'Extended resources that count as GPUs, such as `nvidia.com/gpu` or `nvidia.com/mig-1g.10gb`; without it, all that are known.',
      ),
  }),
  {
    cel: '!has(self.workerCores) || !has(self.maxWorkerCores) || self.workerCores <= self.maxWorkerCores',
    message: 'has more workerCores than maxWorkerCores',
    holds: ({ workerCores, maxWorkerCores }) =>
      workerCores === undefined || maxWorkerCores === undefined || workerCores <= maxWorkerCores,
  },
)
  .prefault({})
  .describe(
    'What may be used of the cluster, and how. May change at any time: the extraction is planned anew.',
  );
