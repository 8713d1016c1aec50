/** Store key of the records of all frames, in source order. */
export const ALIGNMENTS_KEY = 'alignments.jsonl';
/** Store key of what the files behind the records were, so that changed ones are noticed. */
export const VERSIONS_KEY = 'versions.txt';
/** Store key of the records in faceswap's format. */
export const FSA_KEY = 'alignments.fsa';
/** Store key of the failures of all frames that have no record, in source order. */
export const FAILURES_KEY = 'failures.jsonl';
