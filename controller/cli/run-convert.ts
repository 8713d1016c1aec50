import { pipeline } from 'node:stream/promises';
import { type ConversionCounts, encodeAlignments } from '../../worker/alignments/encode-alignments.ts';
import { openAlignments } from '../../worker/alignments/open-alignments.ts';
import { writeFileAtOnce } from '../../worker/alignments/write-file.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { printable } from '../../worker/errors/printable.ts';
import type { PortableFormat } from '../../worker/formats/portable/portable-format.ts';
import { dirError, errno } from '../../worker/store/dir-error.ts';
import { counted } from './counted.ts';

interface ConvertOptions {
  readonly to: PortableFormat;
  readonly out: string;
  readonly force: boolean;
  readonly output: 'text' | 'json';
}

const STDOUT = '-';

/** Losses that need a word: nothing is really lost, or something should be done. */
const NOTES: Readonly<Record<string, string>> = {
  poses: 'poses (they follow from the landmarks)',
  'faces without landmarks':
    'faces without landmarks: run `facefleet extract --from-alignments` to align them',
};

/**
 * Converts a file and says what was dropped.
 * @throws FacefleetError FF12xx for a bad input, FF4001 and FF4007 for a bad output
 */
export async function runConvert(input: string, { to, out, force, output }: ConvertOptions): Promise<void> {
  if (input === '' || out === '') throw new FacefleetError('FF5001', 'the input or the output is empty');
  if (out === STDOUT && output === 'json')
    throw new FacefleetError('FF5001', '-o json and --out - both want the standard output');
  const alignments = await openAlignments(input);
  try {
    const conversion = encodeAlignments(alignments, to);
    if (out === STDOUT) await toStdout(conversion.pieces);
    else await writeFileAtOnce(out, conversion.pieces, force);
    const counts = conversion.counts();
    const { kind, remarks } = alignments;
    if (output === 'json')
      process.stdout.write(`${JSON.stringify({ from: kind, to, out, ...counts, remarks })}\n`);
    else process.stderr.write(`${summary(counts, out, remarks)}\n`);
  } finally {
    await alignments.close();
  }
}

/** Readers such as `head` may end before all is written. */
async function toStdout(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(pieces, process.stdout, { end: false }).catch((error: unknown) => {
    if (error instanceof FacefleetError || errno(error) === '') throw error;
    if (errno(error) !== 'EPIPE') throw dirError('FF4001', 'standard output', error);
  });
}

function summary(
  { frames, faces, losses }: ConversionCounts,
  out: string,
  remarks: readonly string[],
): string {
  const dropped = Object.entries(losses).map(([what, count]) => `${count} ${NOTES[what] ?? what}`);
  const target = out === STDOUT ? '' : ` to ${out}`;
  return [
    `${counted(frames, 'frame')}, ${counted(faces, 'face')}${target}`,
    ...(dropped.length > 0 ? [`no place for ${dropped.join(', ')}`] : []),
    ...remarks,
  ]
    .map(printable)
    .join('\n  ');
}
