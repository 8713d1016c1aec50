import { createHash } from 'node:crypto';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { EXTRACTION_KEY } from '../../formats/extraction-file.ts';
import { ALIGNMENTS_KEY, FAILURES_KEY, FSA_KEY, VERSIONS_KEY } from '../../formats/output-keys.ts';
import { type FrameResult, isFailure } from '../../formats/records.ts';
import type { Store } from '../../store/store.ts';
import { FrameCount } from './frame-count.ts';
import { FrameIndexes } from './frame-indexes.ts';
import { FrameKeys } from './frame-keys.ts';
import { FsaCheck } from './fsa-check.ts';
import { lineHead } from './line-head.ts';
import { resultOfLine } from './result-line.ts';
import { storedLines } from './stored-lines.ts';
import type { Examination, ResultsExamined } from './verification.ts';
import { VersionsCheck } from './versions-check.ts';

const FILES = [
  { key: ALIGNMENTS_KEY, kind: 'record' },
  { key: FAILURES_KEY, kind: 'failure' },
] as const;

/** Goes through the merged files of a complete output, and what goes with them. */
export async function examineComplete(examination: Examination): Promise<ResultsExamined> {
  const { store, findings, snapshot } = examination;
  const { counts = null, digest = null, total = null } = snapshot.extraction ?? {};
  const indexes = new FrameIndexes(findings, counts && counts.frames + counts.failed);
  const keys = new FrameKeys();
  const count = new FrameCount();
  for (const { key, kind } of FILES) {
    if ((await store.head(key)) === null) {
      findings.add('FileMissing', { key, detail: 'it is not there' });
      continue;
    }
    const sha256 = createHash('sha256');
    const results = resultsIn(examination, key, kind, (bytes) => sha256.update(bytes));
    await examineFile(examination, key, results, { indexes, keys, count });
    const isChanged = digest !== null && sha256.digest('hex') !== digest;
    if (key === ALIGNMENTS_KEY && isChanged)
      findings.add('DigestDiffers', { key, detail: 'its sha256 is not the one in extraction.json' });
  }
  const found = count.counts();
  indexes.end(ALIGNMENTS_KEY, found.frames + found.failed);
  for (const what of ['frames', 'faces', 'failed'] as const) {
    if (counts === null || counts[what] === found[what]) continue;
    const detail = `${counts[what]} ${what} are noted, ${found[what]} are there`;
    findings.add('CountsDiffer', { key: EXTRACTION_KEY, detail });
  }
  if (total !== null && counts !== null && total !== counts.frames + counts.failed) {
    const detail = `the source had ${total} frames, ${counts.frames + counts.failed} are counted`;
    findings.add('CountsDiffer', { key: EXTRACTION_KEY, detail });
  }
  return {
    counts: found,
    superseded: 0,
    isDoubtful: !keys.seal(),
    async *again() {
      for (const { key } of FILES) {
        if ((await store.head(key)) === null) continue;
        for await (const lines of storedLines(store, key)) {
          for (const { bytes, number } of lines) {
            const head = lineHead(bytes);
            if (head === null) continue;
            keys.again(head, key, number, findings);
            yield head;
          }
        }
      }
    },
  };
}

interface LineResult {
  readonly line: number;
  readonly result: FrameResult;
}

async function examineFile(
  { store, findings, crops, onResult }: Examination,
  key: string,
  results: AsyncIterable<LineResult>,
  { indexes, keys, count }: { indexes: FrameIndexes; keys: FrameKeys; count: FrameCount },
): Promise<void> {
  const isRecords = key === ALIGNMENTS_KEY;
  const damagedBefore = findings.of('RecordDamaged');
  const fsa = isRecords && (await isThere(store, FSA_KEY)) ? new FsaCheck(store) : null;
  const versions =
    isRecords && (await isThere(store, VERSIONS_KEY)) ? new VersionsCheck(store, findings) : null;
  if (isRecords && fsa === null) findings.add('FsaMissing', { key: FSA_KEY, detail: 'it is not there' });
  let last = -1;
  try {
    for await (const { line, result } of results) {
      const { index, key: frame } = result;
      onResult();
      count.add(result);
      keys.add(frame);
      indexes.add(index, { key, line, frame });
      if (index < last)
        findings.add('OrderDiffers', { key, line, frame, detail: `index ${index} comes after ${last}` });
      last = Math.max(last, index);
      if (isFailure(result)) continue;
      await crops.name(result);
      await fsa?.add(result);
      await versions?.add(frame);
    }
    const isWhole = findings.of('RecordDamaged') === damagedBefore;
    await fsa?.end(findings, isWhole);
    if (isWhole) await versions?.end();
  } finally {
    await fsa?.close();
    await versions?.close();
  }
}

async function isThere(store: Store, key: string): Promise<boolean> {
  return (await store.head(key)) !== null;
}

/** The results in an object whose lines are read one by one; damaged lines are reported and left out. */
async function* resultsIn(
  { store, findings }: Examination,
  key: string,
  kind: 'record' | 'failure',
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<LineResult> {
  try {
    for await (const lines of storedLines(store, key, onBytes)) {
      for (const { number: line, bytes, isCut } of lines) {
        try {
          if (isCut) throw new FacefleetError('FF4005', `${key}: the last line is cut short`);
          yield { line, result: resultOfLine(bytes, kind, key) };
        } catch (error) {
          if (!isDamage(error)) throw error;
          findings.add('RecordDamaged', { key, line, detail: withoutKey(error.detail, key) });
        }
      }
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    findings.add('RecordDamaged', { key, detail: withoutKey(error.detail, key) });
  }
}

function isDamage(error: unknown): error is FacefleetError {
  return error instanceof FacefleetError && error.code === 'FF4005';
}

function withoutKey(detail: string, key: string): string {
  return detail.startsWith(`${key}: `) ? detail.slice(key.length + 2) : detail;
}
