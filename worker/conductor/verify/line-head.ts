import { FacefleetError } from '../../errors/facefleet-error.ts';
import { type ResultHead, resultHead } from '../../formats/result-head.ts';

/** What must be known of a line to tell which frame and which crops it is about. */
export interface LineHead extends ResultHead {
  /** -1 where the line does not begin with one. */
  readonly index: number;
}

const INDEX_BYTES = 24;

/** The head of a line; null when it is no result. */
export function lineHead(line: Uint8Array): LineHead | null {
  try {
    const begin = Buffer.from(line.subarray(0, INDEX_BYTES)).toString('latin1');
    return { ...resultHead(line, ''), index: Number(/^\{"index":(\d+),/.exec(begin)?.[1] ?? -1) };
  } catch (error) {
    if (error instanceof FacefleetError) return null;
    throw error;
  }
}
