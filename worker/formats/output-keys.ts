/** Store key of the records of all frames, in source order. */
export const ALIGNMENTS_KEY = 'alignments.jsonl';
/** Store key of the failures of all frames that have no record, in source order. */
export const FAILURES_KEY = 'failures.jsonl';
