import { FacefleetError } from '../errors/facefleet-error.ts';
import { plainData } from '../formats/canonical-json.ts';
import {
  decodeExtraction,
  EXTRACTION_KEY,
  type ExtractionFile,
  encodeExtraction,
} from '../formats/extraction-file.ts';
import { FaceStems } from '../formats/face-stem.ts';
import { ALIGNMENTS_KEY, FAILURES_KEY } from '../formats/output-keys.ts';
import { type Spec, specDifferences, specDigest } from '../formats/spec-digest.ts';
import type { Store } from '../store/store.ts';
import { loadResults, partNumbers } from './load-results.ts';
import { OutputLog } from './output-log.ts';
import { PART_LIMITS, type PartLimits, PartWriter } from './part-writer.ts';
import { removeOutput } from './remove-output.ts';
import { ResultIndex } from './result-index.ts';

/**
 * Which records of earlier runs are kept: those of the same spec (another one is refused), all, or all that have faces.
 */
export type KeepExisting = 'same-spec' | 'any' | 'any-with-faces';

export interface OutputOptions {
  /** What of the options affects the output, as plain data. */
  readonly spec: object;
  /** Remove what an earlier extraction wrote, and start afresh; default false. */
  readonly overwrite?: boolean;
  /** Default 'same-spec'. */
  readonly keepExisting?: KeepExisting;
  /** How many frames the source has, when that is known; for those who look on. */
  readonly total?: number | null;
  /** The plan, for those who look on, as plain data. */
  readonly plan?: unknown;
  readonly limits?: Partial<PartLimits>;
  /** The clock; default the system's. */
  readonly now?: () => Date;
}

const SHOWN_DIFFERENCES = 10;

/**
 * Opens a store for a run's results and goes on from what earlier runs left there, however they ended. Only one run may use a
 * store at a time (see `lockDir`).
 *
 * Throws FF4002 when the store holds an extraction with another spec (naming the fields) that is to be neither overwritten nor kept,
 * FF4005 with the file's name when a record there is damaged, FF4001 and FF4006 when the store cannot be used.
 */
export async function openOutput(store: Store, options: OutputOptions): Promise<OutputLog> {
  const spec = plainData(options.spec) as Spec;
  const { overwrite = false, keepExisting = 'same-spec', now = () => new Date() } = options;
  if (overwrite) await removeOutput(store);
  const found = overwrite ? null : await findExtraction(store, keepExisting);
  if (found && keepExisting === 'same-spec') checkSameSpec(store, found, spec);
  const index = new ResultIndex();
  const stems = new FaceStems();
  const extraction = {
    ...started(found, spec, now().toISOString()),
    total: options.total ?? null,
    plan: plainData(options.plan),
  };
  const keepEmpty = keepExisting !== 'any-with-faces';
  const first = found ? await loadResults({ store, found, index, stems, keepEmpty }) : 0;
  await store.put(EXTRACTION_KEY, encodeExtraction(extraction), { durable: true });
  const writer = new PartWriter(store, first, { ...PART_LIMITS, ...options.limits });
  return new OutputLog(store, extraction, {
    index,
    stems,
    writer,
    now,
    anyVersion: keepExisting !== 'same-spec',
  });
}

async function findExtraction(store: Store, keepExisting: KeepExisting): Promise<ExtractionFile | null> {
  if (await store.head(EXTRACTION_KEY))
    return decodeExtraction(await store.get(EXTRACTION_KEY), EXTRACTION_KEY);
  const held = (await store.head(ALIGNMENTS_KEY))
    ? ALIGNMENTS_KEY
    : (await store.head(FAILURES_KEY))
      ? FAILURES_KEY
      : (await partNumbers(store)).length > 0
        ? 'parts'
        : '';
  if (!held) return null;
  if (keepExisting === 'same-spec') {
    const detail = `${store.location} holds ${held} but no ${EXTRACTION_KEY}: with which options is unknown`;
    throw new FacefleetError('FF4002', detail);
  }
  return { ...started(null, {}, ''), earlierSpecs: [] };
}

function checkSameSpec(store: Store, found: ExtractionFile, spec: Spec): void {
  if (specDigest(found.spec) === specDigest(spec)) return;
  const differences = specDifferences(found.spec, spec);
  const more = differences.length - SHOWN_DIFFERENCES;
  const shown = differences.slice(0, SHOWN_DIFFERENCES).join('; ') + (more > 0 ? `; and ${more} more` : '');
  throw new FacefleetError('FF4002', `${store.location}: ${shown}`);
}

/** extraction.json of a run that begins. */
function started(found: ExtractionFile | null, spec: Spec, at: string): ExtractionFile {
  const digest = specDigest(spec);
  const earlier = found ? [...found.earlierSpecs, found.spec] : [];
  const others = new Map(earlier.map((other) => [specDigest(other), other]));
  others.delete(digest);
  return {
    state: 'running',
    spec,
    specDigest: digest,
    earlierSpecs: [...others.values()],
    startedAt: found?.startedAt || at,
    finishedAt: null,
    runs: (found?.runs ?? 0) + 1,
    total: null,
    counts: null,
    digest: null,
    plan: null,
    versions: null,
    models: null,
  };
}
