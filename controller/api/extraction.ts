import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { schemaIssues } from './schema-issues.ts';

const pluginChoice = z.strictObject({
  plugin: z.string().min(1),
  /** Checked against the plugin's own schema when the plugin is loaded. */
  options: z.record(z.string(), z.json()).default({}),
});

const effect = z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
const toleration = z.strictObject({
  key: z.string().exactOptional(),
  operator: z.enum(['Equal', 'Exists']).exactOptional(),
  value: z.string().exactOptional(),
  effect: effect.exactOptional(),
  tolerationSeconds: z.number().int().exactOptional(),
});

/** What may be used of the cluster, and how. */
const planning = z.strictObject({
  policy: z.enum(['fleet', 'compat']).default('fleet'),
  /** `auto`: GPUs where the cluster has any, else CPUs. */
  device: z.enum(['auto', 'gpu', 'cpu']).default('auto'),
  maxReplicas: z.number().int().min(1).nullable().default(null),
  /** A node (`gpu-3`), a product (`Tesla-T4`) or a product of a node (`gpu-3/Tesla-T4`). */
  excludeGpus: z.array(z.string().min(1)).default([]),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(toleration).default([]),
  allowOversize: z.boolean().default(false),
  /** VRAM left free on every device, MiB. */
  marginMiB: z.number().min(0).exactOptional(),
  /** Cores and host memory that a GPU worker asks for, and how many cores it may ask for where less would hold its GPU up. */
  workerCores: z.number().min(0).max(1024).exactOptional(),
  workerMemoryMiB: z.number().min(0).exactOptional(),
  maxWorkerCores: z.number().min(0).max(1024).exactOptional(),
  /** Seconds of one core for each frame besides the networks, where they are known better than by a profile. */
  frameCoreSec: z.number().min(0).max(1e6).exactOptional(),
});

const other = z.json().optional();

/** The part of the custom resource `Extraction` that planning reads; names are checked everywhere. */
export const extraction = z.object({
  apiVersion: z.literal('facefleet.dev/v1alpha1'),
  kind: z.literal('Extraction'),
  metadata: z.object({ name: z.string().min(1), namespace: z.string().exactOptional() }),
  spec: z.strictObject({
    /** Null when the frames are aligned faces already. */
    detector: pluginChoice.nullable().prefault({ plugin: 'ultraface' }),
    aligner: pluginChoice.prefault({ plugin: 'mediapipe478' }),
    maskers: z
      .array(pluginChoice)
      .max(16)
      .prefault([{ plugin: 'components' }, { plugin: 'extended' }]),
    planning: planning.prefault({}),
    source: other,
    output: other,
    transport: other,
    limits: other,
    suspend: other,
    priority: other,
    activeDeadlineSeconds: other,
    ttlSecondsAfterFinished: other,
    backoffLimit: other,
    credentials: other,
    podTemplate: other,
  }),
});

export type Extraction = z.output<typeof extraction>;

/**
 * Checks an Extraction as YAML or JSON gives it.
 * @param where named in the error, such as the file
 * @throws FacefleetError FF5002 with every entry that is wrong
 */
export function parseExtraction(content: unknown, where: string): Extraction {
  const parsed = extraction.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new FacefleetError('FF5002', `${where}: ${schemaIssues(parsed.error, extraction)}`);
}
