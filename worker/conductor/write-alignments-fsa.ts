import { decodeRecord } from '../formats/decode-record.ts';
import type { FsaFrame } from '../formats/fsa/fsa-alignments.ts';
import { fsaOfRecord } from '../formats/fsa/fsa-of-record.ts';
import { writeFsa } from '../formats/fsa/write-fsa.ts';
import { readLines } from '../formats/json-lines.ts';
import { ALIGNMENTS_KEY, FSA_KEY } from '../formats/output-keys.ts';
import type { Store } from '../store/store.ts';

/** Writes the records of alignments.jsonl as alignments.fsa, for faceswap. Memory does not grow with their number. */
export async function writeAlignmentsFsa(store: Store): Promise<void> {
  await store.put(FSA_KEY, writeFsa(recordedFrames(store)), { durable: true });
}

async function* recordedFrames(store: Store): AsyncGenerator<FsaFrame> {
  for await (const lines of readLines(store, ALIGNMENTS_KEY)) {
    for (const { bytes } of lines) {
      const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      yield fsaOfRecord(decodeRecord(line, ALIGNMENTS_KEY));
    }
  }
}
