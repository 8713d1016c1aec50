import { z } from 'zod';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { Json } from './canonical-json.ts';
import type { Spec } from './spec-digest.ts';

/** Store key of the file that says what an output is. */
export const EXTRACTION_KEY = 'extraction.json';
const FORMAT = 'facefleet-extraction/1';

/** How many frames have ended how. */
export interface Counts {
  /** Frames with a record. */
  readonly frames: number;
  readonly faces: number;
  /** Frames with a failure instead of a record. */
  readonly failed: number;
}

/** The content of extraction.json. */
export interface ExtractionFile {
  /** `running` is also what a killed run leaves. */
  readonly state: 'running' | 'interrupted' | 'complete';
  readonly spec: Spec;
  /** SHA-256 of the canonical JSON of `spec`. */
  readonly specDigest: string;
  /** Specs of earlier extractions whose records were kept (`keepExisting: any`). */
  readonly earlierSpecs: readonly Spec[];
  /** ISO 8601 time of the first run that added to this output. */
  readonly startedAt: string;
  /** End of the last run; null while it runs. */
  readonly finishedAt: string | null;
  /** How many runs it took so far. */
  readonly runs: number;
  /** How many frames the source of the last run has; null while that is not known. */
  readonly total: number | null;
  /** Known at the end of a run. */
  readonly counts: Counts | null;
  /** SHA-256 of alignments.jsonl, once complete. */
  readonly digest: string | null;
  readonly plan: Json;
  readonly versions: Json;
  readonly models: Json;
}

const json = z.json() as unknown as z.ZodType<Json>;
const spec = z.record(z.string(), z.json()) as unknown as z.ZodType<Spec>;
const count = z.number().int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const file = z.object({
  state: z.enum(['running', 'interrupted', 'complete']),
  spec,
  specDigest: digest,
  earlierSpecs: z.array(spec),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  runs: count,
  total: count.nullable().default(null),
  counts: z.object({ frames: count, faces: count, failed: count }).nullable(),
  digest: digest.nullable(),
  plan: json,
  versions: json,
  models: json,
});

/** The bytes of extraction.json: indented, for people to read. */
export function encodeExtraction(extraction: ExtractionFile): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...extraction }, null, 2)}\n`);
}

/**
 * Reads extraction.json. Throws FF4005 when it is damaged, FF4002 when it has another format version.
 * @param where names the file
 */
export function decodeExtraction(bytes: Uint8Array, where: string): ExtractionFile {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new FacefleetError('FF4005', `${where}: ${errorText(error)}`, { cause: error });
  }
  const format = z.object({ format: z.string() }).safeParse(value);
  if (format.success && format.data.format !== FORMAT) {
    throw new FacefleetError(
      'FF4002',
      `${where} has the format ${format.data.format}, this version writes ${FORMAT}`,
    );
  }
  const parsed = file.safeParse(value);
  if (parsed.success && format.success) return parsed.data;
  const issue = parsed.error?.issues[0];
  throw new FacefleetError(
    'FF4005',
    `${where}: ${issue?.path.join('.') ?? 'format'}: ${issue?.message ?? 'missing'}`,
  );
}
