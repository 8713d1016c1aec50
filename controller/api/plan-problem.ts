import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { PLAN_OPTIONS } from '../plan/plan-options.ts';
import type { Gpu, NodeCapacity, Problem, RoleNeed, SeedMachine } from '../plan/problem.ts';
import { schemaIssues } from './schema-issues.ts';

const amount = z.number().min(0).max(1e12);
const count = z.number().int().min(0).max(1_000_000);
const batch = z.number().int().min(1).max(4096);
const origin = z.enum(['measured', 'declared', 'guessed']);
const labels = z.record(z.string(), z.string());

/** A strict object that also takes other names for its entries. */
function renamed<S extends z.ZodType>(names: Readonly<Record<string, string>>, schema: S) {
  const rename = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [names[key] ?? key, entry]))
      : value;
  return z.preprocess(rename, schema);
}

const throughput = z.strictObject({
  product: z.string().min(1).nullable().default(null),
  batch: batch.default(1),
  framesPerSec: z.number().min(1e-9).max(1e9),
  origin: origin.default('measured'),
});

const plugin = renamed(
  { plugin: 'name', vram: 'vramMiB', vram_per_batch: 'vramPerBatchMiB', batchsize: 'batch' },
  z.strictObject({
    name: z.string().min(1),
    vramMiB: amount,
    vramPerBatchMiB: amount,
    vramOrigin: origin.default('declared'),
    batch: batch.default(1),
    maxBatch: batch.optional(),
    /** Without it: `gpu` when the plugin has VRAM. */
    device: z.enum(['gpu', 'cpu']).optional(),
    memoryMiB: amount.default(256),
    throughput: z.array(throughput).max(1000).default([]),
  }),
);

const sharing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('timeSlicing'), replicas: z.number().int().min(1) }),
  z.strictObject({ kind: z.literal('mps'), replicas: z.number().int().min(1) }),
  z.strictObject({ kind: z.literal('mig'), profile: z.string().min(1) }),
]);

const gpuEntry = z.strictObject({
  resource: z.string().min(1).default('nvidia.com/gpu'),
  product: z.string().min(1),
  count: count.default(1),
  busy: count.default(0),
  totalMiB: amount,
  freeMiB: amount.optional(),
  sharing: sharing.default({ kind: 'none' }),
  speed: z.number().min(1e-6).max(1e6).nullable().default(null),
});
const gpu = gpuEntry.refine(({ freeMiB, totalMiB }) => freeMiB === undefined || freeMiB <= totalMiB, {
  error: 'is more than totalMiB',
  path: ['freeMiB'],
});

const effect = z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
const node = z.strictObject({
  name: z.string().min(1),
  gpus: z.array(gpu).max(1000).default([]),
  cores: amount.nullable().default(null),
  memoryMiB: amount.nullable().default(null),
  labels: labels.default({}),
  taints: z.array(z.strictObject({ key: z.string(), value: z.string().exactOptional(), effect })).default([]),
  schedulable: z.boolean().default(true),
});

const toleration = z.strictObject({
  key: z.string().exactOptional(),
  operator: z.enum(['Equal', 'Exists']).exactOptional(),
  value: z.string().exactOptional(),
  effect: effect.exactOptional(),
});

const options = z.strictObject({
  framesTotal: z.number().int().min(0).max(1e12).nullable().default(PLAN_OPTIONS.framesTotal),
  maxReplicas: z.number().int().min(1).nullable().default(PLAN_OPTIONS.maxReplicas),
  excludeGpus: z.array(z.string().min(1)).default([]),
  gpuResources: z.array(z.string().min(1)).nullable().default(null),
  nodeSelector: labels.default({}),
  tolerations: z.array(toleration).default([]),
  allowOversize: z.boolean().default(PLAN_OPTIONS.allowOversize),
  device: z.enum(['auto', 'gpu', 'cpu']).default(PLAN_OPTIONS.device),
  marginMiB: amount.default(PLAN_OPTIONS.marginMiB),
  workerCores: amount.default(PLAN_OPTIONS.workerCores),
  workerMemoryMiB: amount.default(PLAN_OPTIONS.workerMemoryMiB),
  maxWorkerCores: z.number().min(0).max(1024).nullable().default(PLAN_OPTIONS.maxWorkerCores),
  frameWork: z
    .strictObject({ coreSec: z.number().min(0).max(1e6), origin: origin.default('declared') })
    .nullable()
    .default(PLAN_OPTIONS.frameWork),
  passStartSec: amount.default(PLAN_OPTIONS.passStartSec),
  feedFramesPerSec: z.number().min(1e-9).max(1e12).nullable().default(PLAN_OPTIONS.feedFramesPerSec),
});

const machineGpu = renamed(
  { free: 'freeMiB', total: 'totalMiB' },
  z.strictObject({ count, active: count.optional(), freeMiB: amount, totalMiB: amount.optional() }),
);

const entries = z.strictObject({
  id: z.string().nullable().default(null),
  /** For people. */
  note: z.string().optional(),
  policy: z.enum(['fleet', 'compat']).default('fleet'),
  detector: plugin.nullable().default(null),
  aligner: plugin.nullable().default(null),
  maskers: z.array(plugin.nullable()).max(16).default([]),
  nodes: z
    .array(node)
    .max(100_000)
    .refine(
      (nodes) => new Set(nodes.map(({ name }) => name)).size === nodes.length,
      'two nodes have one name',
    )
    .optional(),
  /** One machine's GPUs of which the freest stands for all. */
  gpu: machineGpu.optional(),
  backend: z.string().min(1).default('nvidia'),
  multiprocess: z.boolean().default(true),
  options: options.prefault({}),
});
/**
 * A Problem as JSON: the plugins by place in the flow (null or named `none`: not used; a masker keeps its number when others are null),
 * and either `nodes` or one machine's `gpu`. faceswap's names `vram`, `vram_per_batch`, `batchsize`, `free` and `total` are taken too.
 */
export const planProblem = entries.refine(
  ({ nodes, gpu: machine }) => nodes === undefined || machine === undefined,
  {
    error: 'stands beside nodes; a Problem has one of them',
    path: ['gpu'],
  },
);

type Parsed = z.output<typeof planProblem>;
type ParsedPlugin = NonNullable<Parsed['detector']>;

/**
 * A Problem from its JSON form.
 * @throws FacefleetError FF5002 with every entry that is wrong
 */
export function parseProblem(json: unknown): Problem {
  const parsed = planProblem.safeParse(json);
  if (!parsed.success) throw new FacefleetError('FF5002', schemaIssues(parsed.error, planProblem));
  const { id, policy, detector, aligner, maskers, backend, multiprocess } = parsed.data;
  const slots: readonly (readonly [role: string, plugin: ParsedPlugin | null])[] = [
    ['detect', detector],
    ['align', aligner],
    ...maskers.map((masker, i) => [`mask_${i}`, masker] as const),
  ];
  const roles = slots.flatMap(([role, chosen]) =>
    chosen === null || chosen.name.toLowerCase() === 'none' ? [] : [roleNeed(role, chosen)],
  );
  const { gpu: machine, nodes } = parsed.data;
  const seedMachine: SeedMachine | null =
    machine === undefined
      ? null
      : {
          count: machine.count,
          active: machine.active ?? machine.count,
          freeMiB: machine.freeMiB,
          totalMiB: machine.totalMiB ?? machine.freeMiB,
        };
  return {
    id,
    policy,
    roles,
    nodes: nodes?.map(nodeCapacity) ?? (seedMachine === null ? [] : [localNode(backend, seedMachine)]),
    options: parsed.data.options,
    backend,
    multiprocess,
    seedMachine,
  };
}

function roleNeed(role: string, plugin: ParsedPlugin): RoleNeed {
  const { name, device = plugin.vramMiB > 0 ? 'gpu' : 'cpu', maxBatch = plugin.batch, ...rest } = plugin;
  return { role, plugin: name, device, maxBatch: Math.max(maxBatch, plugin.batch), ...rest };
}

function nodeCapacity(parsed: z.output<typeof node>): NodeCapacity {
  return {
    ...parsed,
    gpus: parsed.gpus.map(({ freeMiB, ...rest }) => ({ ...rest, freeMiB: freeMiB ?? rest.totalMiB })),
  };
}

function localNode(backend: string, machine: SeedMachine): NodeCapacity {
  const gpu: Gpu = {
    resource: 'nvidia.com/gpu',
    product: 'unknown',
    // only the freest is known
    count: 1,
    busy: Math.max(0, machine.count - 1),
    totalMiB: Math.max(machine.totalMiB, machine.freeMiB),
    freeMiB: machine.freeMiB,
    sharing: { kind: 'none' },
    speed: null,
  };
  return {
    name: 'local',
    gpus: backend === 'cpu' || machine.active === 0 ? [] : [gpu],
    cores: null,
    memoryMiB: null,
    labels: {},
    taints: [],
    schedulable: true,
  };
}
