import type { ExtractSummary } from '../../worker/conductor/extract.ts';
import { counted } from './counted.ts';
import { EXIT } from './exit-codes.ts';
import type { ExtractOptions } from './extract-options.ts';
import { duration, type ProgressMode } from './progress.ts';

/** How a run shows how far it is. */
export function progressMode({ quiet, output }: ExtractOptions): ProgressMode {
  if (output === 'json') return 'json';
  if (quiet) return 'none';
  return process.stderr.isTTY ? 'bar' : 'lines';
}

/** Says how an extraction ended, and sets the exit code. @param output as the user named it */
export function reportExtraction(
  summary: ExtractSummary,
  place: string,
  { output }: Pick<ExtractOptions, 'output'>,
  seconds: number,
): void {
  if (summary.interrupted) process.exitCode = EXIT.interrupted;
  else if (summary.failed > 0) process.exitCode = EXIT.someFramesFailed;
  if (output === 'json') {
    process.stdout.write(
      `${JSON.stringify({ event: summary.interrupted ? 'interrupted' : 'complete', output: place, seconds, ...summary })}\n`,
    );
    return;
  }
  const { frames, carried, faces, failed, rejected, skipped, provider } = summary;
  const fresh = frames - carried;
  const parts = [
    counted(frames, 'frame'),
    ...(carried > 0 ? [`${carried} of them done before`] : []),
    counted(faces, 'face'),
    ...(rejected > 0 ? [`${rejected} implausible ones dropped`] : []),
    `${failed} failed`,
    ...(skipped > 0 ? [`${counted(skipped, 'other file')} passed over`] : []),
  ];
  const rate = fresh > 0 ? ` (${(fresh / seconds).toFixed(1)} frames/s on ${provider})` : '';
  process.stderr.write(`${parts.join(', ')} in ${duration(seconds)}${rate}\n`);
  if (failed > 0) process.stderr.write(`failures are listed in ${place}/failures.jsonl\n`);
  if (summary.interrupted) process.stderr.write('interrupted; run the same command again to go on\n');
}
