import { FacefleetError } from '../../errors/facefleet-error.ts';
import { ALIGNMENTS_KEY } from '../../formats/output-keys.ts';
import { isFailure } from '../../formats/records.ts';
import type { Store } from '../../store/store.ts';
import { FrameCount } from './frame-count.ts';
import { FrameIndexes } from './frame-indexes.ts';
import { FrameKeys } from './frame-keys.ts';
import { type LineHead, lineHead } from './line-head.ts';
import { PASSES_PREFIX } from './output-files.ts';
import { partKeys, partLines, reportMissingParts } from './part-lines.ts';
import { resultOfLine } from './result-line.ts';
import { type UnfinishedLine, unfinishedLines } from './unfinished-lines.ts';
import type { Examination, ResultsExamined } from './verification.ts';

/**
 * Goes through the parts of an output that is not complete, and what an earlier extraction merged there. Of several results of a frame the
 * last one counts: failed frames are tried again, changed files extracted anew. Only within the first run a frame has but one.
 */
export async function examineUnfinished(examination: Examination): Promise<ResultsExamined> {
  const { store, findings, crops, snapshot, onResult } = examination;
  const parts = await partKeys(store);
  reportMissingParts(parts, findings);
  await examinePasses(store, examination);
  const keys = new FrameKeys();
  for await (const { bytes } of unfinishedLines(store, parts, findings)) {
    const head = lineHead(bytes);
    if (head !== null) keys.add(head.key);
  }
  const isUnique = keys.seal();
  const isFirstRun = snapshot.extraction?.runs === 1 && (await store.head(ALIGNMENTS_KEY)) === null;
  const indexes = new FrameIndexes(findings, null);
  const count = new FrameCount();
  let superseded = 0;
  const isCurrent = currentOnes(keys);
  for await (const line of unfinishedLines(store, parts, null)) {
    const { key, bytes } = line;
    const result = checked(line, examination);
    onResult();
    if (isFirstRun && result !== null) indexes.add(result.index, { key, line: line.line, frame: result.key });
    const frame = result?.key ?? lineHead(bytes)?.key;
    if (frame === undefined) continue;
    if (!isCurrent(frame)) {
      superseded += 1;
    } else if (result !== null) {
      count.add(result);
      if (!isFailure(result)) await crops.name(result);
    }
  }
  return {
    counts: count.counts(),
    superseded,
    isDoubtful: isFirstRun && !isUnique,
    again: () => again(examination, parts, keys, isFirstRun),
  };
}

async function* again(
  { store, findings }: Examination,
  parts: readonly string[],
  keys: FrameKeys,
  isFirstRun: boolean,
): AsyncGenerator<LineHead> {
  const isCurrent = currentOnes(keys);
  for await (const { key, line, bytes } of unfinishedLines(store, parts, null)) {
    const head = lineHead(bytes);
    if (head === null) continue;
    if (isFirstRun) keys.again(head, key, line, findings);
    if (isCurrent(head.key)) yield head;
  }
}

/** Tells of frames in turn, newest results first, whether the result is their last one. */
function currentOnes(keys: FrameKeys): (frameKey: string) => boolean {
  const met = new Set<number>();
  return (frameKey) => {
    const row = keys.repeatedRow(frameKey);
    if (row === null) return true;
    if (met.has(row)) return false;
    met.add(row);
    return true;
  };
}

/** The result in a line; null when it is damaged, which is reported. */
function checked({ key, line, bytes }: UnfinishedLine, { findings }: Examination) {
  try {
    return resultOfLine(bytes, key === ALIGNMENTS_KEY ? 'record' : 'both', key);
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF4005') throw error;
    findings.add('RecordDamaged', { key, line, detail: error.detail.slice(key.length + 2) });
    return null;
  }
}

/** The parts of passes before the last one: whether they are as they were written. */
async function examinePasses(store: Store, { findings }: Examination): Promise<void> {
  const prefixes = new Set<string>();
  for await (const { key } of store.list(PASSES_PREFIX)) {
    const prefix = /^passes\/\d+\//.exec(key)?.[0];
    if (prefix !== undefined) prefixes.add(prefix);
  }
  for (const prefix of prefixes) {
    const parts = await partKeys(store, prefix);
    reportMissingParts(parts, findings, prefix);
    for (const key of parts) await partLines(store, key, findings, prefix);
  }
}
