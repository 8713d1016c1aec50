import { openOutputPlace } from '../../worker/conductor/verify/output-place.ts';
import {
  type Verification,
  type VerifyProgress,
  verifyOutput,
} from '../../worker/conductor/verify/verify-output.ts';
import type { S3Options } from '../../worker/store/s3-options.ts';
import { EXIT } from './exit-codes.ts';
import { verificationText } from './verify-text.ts';
import { writeAll } from './write-all.ts';

export interface VerifyCommandOptions {
  readonly deep: boolean;
  readonly strict: boolean;
  readonly findings: number;
  readonly output: 'text' | 'json';
}

const TELL_EVERY_MS = 1000;

/**
 * Verifies an output and prints what was found; sets the exit code.
 * @param s3 how the output's bucket is reached; what is not told comes from the environment
 * @throws FacefleetError see `openOutputPlace` and `verifyOutput`
 */
export async function runVerify(
  address: string,
  options: VerifyCommandOptions,
  s3: S3Options = {},
): Promise<void> {
  const { deep, strict, findings: keep, output } = options;
  const view = progressLine();
  const verification = await openOutputPlace(address, s3)
    .then((place) => verifyOutput(place, { deep, keep, onProgress: view.update }))
    .finally(view.close);
  const { errors, warnings, state } = verification;
  const holds = errors === 0 && (!strict || warnings === 0);
  process.exitCode = exitCode(holds, state);
  const text =
    output === 'json'
      ? `${JSON.stringify({ output: address, holds, ...verification })}\n`
      : verificationText(address, verification);
  await writeAll([text]);
}

function exitCode(holds: boolean, state: Verification['state']): number {
  if (!holds) return EXIT.failed;
  return state === 'complete' ? EXIT.ok : EXIT.unfinished;
}

/** On a terminal, how far the verification is. */
function progressLine(): { update(progress: VerifyProgress): void; close(): void } {
  if (!process.stderr.isTTY) return { update() {}, close() {} };
  let lastMs = performance.now();
  let shown = false;
  return {
    update({ results, files }) {
      const nowMs = performance.now();
      if (nowMs - lastMs < TELL_EVERY_MS) return;
      lastMs = nowMs;
      shown = true;
      process.stderr.write(`\r\x1b[K${results} results, ${files} files looked at`);
    },
    close() {
      if (shown) process.stderr.write('\r\x1b[K');
    },
  };
}
