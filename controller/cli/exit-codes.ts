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
  /** Stopped by Ctrl-C or SIGTERM; run the same command again to go on. */
  interrupted: 130,
} as const;
