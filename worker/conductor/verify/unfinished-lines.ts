import { FacefleetError } from '../../errors/facefleet-error.ts';
import { ALIGNMENTS_KEY } from '../../formats/output-keys.ts';
import type { Store } from '../../store/store.ts';
import type { Findings } from './findings.ts';
import { partLines } from './part-lines.ts';
import { storedLines } from './stored-lines.ts';

/** A result line of an unfinished output. */
export interface UnfinishedLine {
  /** Of its object. */
  readonly key: string;
  /** From 1 on. */
  readonly line: number;
  readonly bytes: Uint8Array;
}

/**
 * The results in an unfinished output, newest first: those in parts, then those that an earlier extraction merged. Later ones of the same
 * frame are thus superseded.
 * @param parts their keys, oldest first
 * @param findings takes what is damaged; null when it was reported before
 */
export async function* unfinishedLines(
  store: Store,
  parts: readonly string[],
  findings: Findings | null,
): AsyncGenerator<UnfinishedLine> {
  for (const key of parts.toReversed()) {
    const lines = await partLines(store, key, findings);
    for (const [i, { bytes }] of [...lines.entries()].reverse()) yield { key, line: i + 1, bytes };
  }
  const key = ALIGNMENTS_KEY;
  if ((await store.head(key)) === null) return;
  try {
    for await (const lines of storedLines(store, key)) {
      for (const { number: line, bytes, isCut } of lines) {
        if (isCut) throw new FacefleetError('FF4005', `${key}: the last line is cut short`);
        yield { key, line, bytes };
      }
    }
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF4005') throw error;
    findings?.add('RecordDamaged', { key, detail: error.detail.slice(key.length + 2) });
  }
}
