import type { FacefleetError } from '../../worker/errors/facefleet-error.ts';

/** What facefleet's exit codes mean; documented in the README and in `--help`. */
export const EXIT = {
  /** Everything was done. */
  ok: 0,
  /** The job failed as a whole. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  usage: 2,
  /** The job was finished, but some frames failed; they are in failures.jsonl. */
  someFramesFailed: 3,
  /** What was verified holds, but its extraction is not complete. */
  unfinished: 4,
  /** Stopped by Ctrl-C or SIGTERM; run the same command again to go on. */
  interrupted: 130,
} as const;

/** What is wrong is what the user asked for: arguments, options, a path or a name in them. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'FF1101',
  'FF1202',
  'FF2001',
  'FF4002',
  'FF4007',
  'FF4013',
  'FF5001',
  'FF5002',
  'FF5003',
  'FF5004',
  'FF6009',
  'FF7005',
  'FF7007',
  'FF7010',
  'FF7011',
]);

/** The exit code of a command that ends with an error. */
export function exitCodeOf({ code }: FacefleetError): number {
  return USAGE_CODES.has(code) ? EXIT.usage : EXIT.failed;
}
