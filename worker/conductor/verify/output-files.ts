import { EXTRACTION_KEY } from '../../formats/extraction-file.ts';
import { FACES_PREFIX, stemOfCrop } from '../../formats/face-stem.ts';
import { ALIGNMENTS_KEY, FAILURES_KEY, FSA_KEY, VERSIONS_KEY } from '../../formats/output-keys.ts';
import { PARTS_PREFIX, partNumber } from '../../formats/part.ts';

/** What the keys of the results of all passes but the last start with. */
export const PASSES_PREFIX = 'passes/';
/** The job that a cluster run noted. */
export const JOB_KEY = 'job.json';

/** What a file of an output is by its key. */
export type FileKind =
  /** Belongs to every output. */
  | 'lasting'
  /** Called like a crop; whether it is one the records tell. */
  | 'crop'
  /** Only needed until the extraction is complete. */
  | 'temporary'
  | 'foreign';

const LASTING: ReadonlySet<string> = new Set([
  EXTRACTION_KEY,
  ALIGNMENTS_KEY,
  FAILURES_KEY,
  FSA_KEY,
  VERSIONS_KEY,
  JOB_KEY,
]);
/** Claims on the output in stores without locks. */
const LEASE = /^lease\/\d{9}(\.alive)?$/;
/** Results of earlier passes, messages that were too long for the bus, and marks of crashes. */
const TEMPORARY = /^(passes\/\d+\/|tmp\/|attempts\/p\d+-s\d+-)/;

/** @param key as the folder or the store lists it */
export function fileKind(key: string): FileKind {
  if (LASTING.has(key) || LEASE.test(key)) return 'lasting';
  if (key.startsWith(FACES_PREFIX)) return stemOfCrop(key) === null ? 'foreign' : 'crop';
  if (key.startsWith(PARTS_PREFIX)) return partNumber(key) === null ? 'foreign' : 'temporary';
  return TEMPORARY.test(key) ? 'temporary' : 'foreign';
}
