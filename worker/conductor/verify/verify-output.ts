import type { Counts } from '../../formats/extraction-file.ts';
import { EXTRACTION_KEY } from '../../formats/extraction-file.ts';
import { specDigest } from '../../formats/spec-digest.ts';
import { CropCheck } from './crop-check.ts';
import { cropSizes } from './crop-sizes.ts';
import { examineComplete } from './examine-complete.ts';
import { examineUnfinished } from './examine-unfinished.ts';
import type { FindingCode } from './finding-codes.ts';
import { type Finding, Findings } from './findings.ts';
import { fileKind } from './output-files.ts';
import type { Holder, OutputPlace } from './output-place.ts';
import { isUnchanged, type OutputState, type Snapshot, takeSnapshot } from './output-state.ts';
import { partKeys } from './part-lines.ts';
import type { Examination } from './verification.ts';

export interface VerifyOptions {
  /** Decode every crop and compare its header with its record; otherwise only its first and last bytes are read. Default false. */
  readonly deep?: boolean;
  /** Findings of each code that are kept; all are counted. Default 20. */
  readonly keep?: number;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** How far a verification is. */
export interface VerifyProgress {
  readonly results: number;
  readonly files: number;
}

/** What became of an output's verification. */
export interface Verification {
  readonly state: OutputState;
  /** Who writes to the output; null when nobody does. */
  readonly holder: Holder | null;
  /** Frames by how they ended, and faces; those that count, each once. */
  readonly counts: Counts;
  /** Crops that records name. */
  readonly crops: number;
  /** Results of frames that have a later one; only in unfinished outputs. */
  readonly superseded: number;
  readonly deep: boolean;
  readonly errors: number;
  readonly warnings: number;
  /** How many findings of each code there are. */
  readonly found: Readonly<Partial<Record<FindingCode, number>>>;
  /** The first of each code, errors first. */
  readonly findings: readonly Finding[];
}

const KEEP = 20;
/** How often an output that changes meanwhile is looked at. */
const TRIES = 3;

/**
 * Proves that an output is what its extraction should have left: see docs/verify.md for all that is looked at. Nothing is changed. A run may
 * be at work there; what it may just be replacing is a warning then. Memory: some 10 bytes a frame and 10 a face.
 * @throws FacefleetError FF4013 when there is no extraction, FF4002 for one of another version, FF4006, FF4010, FF4011 when the store
 * cannot be read
 */
export async function verifyOutput(place: OutputPlace, options: VerifyOptions = {}): Promise<Verification> {
  for (let tries = 1; ; tries++) {
    const findings = new Findings(options.keep ?? KEEP);
    const snapshot = await takeSnapshot(place);
    const verified = await verifySnapshot(place, snapshot, findings, options).catch(
      async (error: unknown) => {
        // what was being read may have gone with the change
        if (tries === TRIES || (await isUnchanged(place.store, snapshot))) throw error;
        return null;
      },
    );
    const isStill = verified !== null && (await isUnchanged(place.store, snapshot));
    if (verified === null || (!isStill && tries < TRIES)) continue;
    if (!isStill) findings.add('OutputChanging', { key: EXTRACTION_KEY, detail: `${TRIES} times` });
    return {
      state: snapshot.state,
      holder: snapshot.holder,
      ...verified,
      deep: options.deep ?? false,
      errors: findings.errors,
      warnings: findings.warnings,
      found: findings.counts(),
      findings: findings.list(),
    };
  }
}

async function verifySnapshot(
  { store, files }: OutputPlace,
  snapshot: Snapshot,
  findings: Findings,
  { deep = false, onProgress }: VerifyOptions,
): Promise<Pick<Verification, 'counts' | 'crops' | 'superseded'>> {
  const progress = { results: 0, files: 0 };
  checkExtraction(snapshot, findings);
  const isLive = snapshot.holder !== null && snapshot.holder.isAlive !== false;
  const sizes = cropSizes(snapshot.extraction);
  // a run may just be replacing them
  const severity = isLive ? 'warning' : undefined;
  const crops = new CropCheck(store, findings, { deep, sizes, severity });
  const onResult = (): void => {
    progress.results += 1;
    onProgress?.(progress);
  };
  const examination: Examination = { store, snapshot, findings, crops, onResult };
  const isComplete =
    snapshot.extraction === null
      ? (await partKeys(store)).length === 0
      : snapshot.extraction.state === 'complete';
  const examined = await (isComplete ? examineComplete(examination) : examineUnfinished(examination));
  await crops.seal();
  for await (const { key, bytes, isLeftover } of files()) {
    progress.files += 1;
    onProgress?.(progress);
    if (isLeftover) {
      findings.add('Leftover', { key, detail: 'a process that has ended was writing it' });
      continue;
    }
    const kind = fileKind(key);
    if (kind === 'crop' && !(await crops.file(key, bytes)) && isComplete && !isLive)
      findings.add('CropUnnamed', { key, detail: 'no record names it' });
    if (kind === 'foreign') findings.add('ForeignFile', { key, detail: 'no extraction wrote it' });
    if (kind === 'temporary' && isComplete && !isLive)
      findings.add('Leftover', { key, detail: 'the extraction is complete' });
  }
  if (!(await crops.filesEnd()) || examined.isDoubtful)
    for await (const head of examined.again()) await crops.again(head);
  const { counts, superseded } = examined;
  return { counts, superseded, crops: crops.count };
}

function checkExtraction({ extraction, damage }: Snapshot, findings: Findings): void {
  const key = EXTRACTION_KEY;
  if (damage !== null) {
    const detail = damage.detail.slice(key.length + 2);
    findings.add('ExtractionDamaged', { key, detail });
  } else if (extraction === null) {
    findings.add('ExtractionMissing', { key, detail: 'it is not there' });
  } else if (specDigest(extraction.spec) !== extraction.specDigest) {
    findings.add('SpecDigestDiffers', { key, detail: 'specDigest is not the sha256 of spec' });
  }
}
