import { openOutputPlace } from '../../worker/conductor/verify/output-place.ts';
import { type Verification, verifyOutput } from '../../worker/conductor/verify/verify-output.ts';
import type { S3Options } from '../../worker/store/s3-options.ts';
import { EXIT } from './exit-codes.ts';
import { progressLine } from './progress-line.ts';
import { verificationText } from './verify-text.ts';
import { writeAll } from './write-all.ts';

export interface VerifyCommandOptions {
  readonly deep: boolean;
  readonly strict: boolean;
  readonly findings: number;
  readonly output: 'text' | 'json';
}

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
    .then((place) =>
      verifyOutput(place, {
        deep,
        keep,
        onProgress: ({ results, files }) => view.update(() => `${results} results, ${files} files looked at`),
      }),
    )
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
