import { gunzipSync, gzipSync } from 'node:zlib';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { parseJob } from '../../../worker/cluster/job.ts';
import { errorText, FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { childBase } from '../child-name.ts';
import { LABELS } from '../labels.ts';
import { ownerReference } from '../owner-reference.ts';
import type { StoredJob } from '../stored-job.ts';
import { baseOf, contentName } from './content-name.ts';
import { storedParts } from './stored-parts.ts';

/** The job file, as the pods have it; packed, with `.gz` after it. */
export const JOB_KEY = 'job.json';
/** All that the controller alone needs. */
const PLAN_KEY = 'plan.json';

/** What is larger is packed. */
const PLAIN_BYTES = 128 * 1024;
/** The API server takes 1 MiB of contents. */
const MAX_BYTES = 1024 * 1024 - 4096;
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/**
 * The ConfigMap that keeps a job: never changed once it is made, and deleted with its extraction.
 * @throws FacefleetError FF5006 when it does not fit
 */
export function jobConfigMap(extraction: ExtractionResource, stored: StoredJob): V1ConfigMap {
  const { name: extractionName, namespace, uid } = extraction.metadata;
  const { name, job, ...parts } = stored;
  const texts = { [JOB_KEY]: `${JSON.stringify(job)}\n`, [PLAN_KEY]: `${JSON.stringify(parts)}\n` };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: {
        [LABELS.app]: 'facefleet',
        [LABELS.extraction]: childBase(extractionName),
        [LABELS.uid]: uid,
      },
      ownerReferences: [ownerReference(extraction)],
    },
    immutable: true,
    ...contents(texts, name),
  };
}

function contents(
  texts: Readonly<Record<string, string>>,
  name: string,
): Pick<V1ConfigMap, 'data' | 'binaryData'> {
  const sizeOf = (parts: readonly (string | Buffer)[]): number =>
    parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  const plainBytes = sizeOf(Object.values(texts));
  if (plainBytes <= PLAIN_BYTES) return { data: { ...texts } };
  const packed = Object.entries(texts).map(([key, text]) => [`${key}.gz`, gzipSync(text)] as const);
  const bytes = sizeOf(packed.map(([, each]) => each));
  if (bytes > MAX_BYTES)
    throw new FacefleetError(
      'FF5006',
      `${name}: ${plainBytes} bytes, packed ${bytes}; a ConfigMap takes ${MAX_BYTES}`,
    );
  return { binaryData: Object.fromEntries(packed.map(([key, each]) => [key, each.toString('base64')])) };
}

/**
 * The job that a ConfigMap keeps.
 * @throws FacefleetError FF5007 when it is not what was stored
 */
export function readStoredJob(configMap: V1ConfigMap): StoredJob {
  const name = configMap.metadata?.name ?? '';
  try {
    const job = parseJob(JSON.parse(textOf(configMap, JOB_KEY)), JOB_KEY);
    const parts = storedParts(JSON.parse(textOf(configMap, PLAN_KEY)));
    const content = { ...parts, job };
    if (contentName(baseOf({ name }), content) !== name)
      throw new Error('the content is not the one it is named after');
    return { name, ...content };
  } catch (error) {
    throw new FacefleetError('FF5007', `${name}: ${errorText(error)}`, { cause: error });
  }
}

function textOf({ data, binaryData }: V1ConfigMap, key: string): string {
  const plain = data?.[key];
  if (plain !== undefined) return plain;
  const packed = binaryData?.[`${key}.gz`];
  if (packed === undefined) throw new Error(`it has no ${key}`);
  return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
}
