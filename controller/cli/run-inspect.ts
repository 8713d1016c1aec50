import { fileSha256 } from '../../worker/alignments/file-chunks.ts';
import { openAlignments, STDIN } from '../../worker/alignments/open-alignments.ts';
import { readOutputFolder } from '../../worker/alignments/open-output-folder.ts';
import { type AlignmentsSummary, summariseAlignments } from '../../worker/alignments/summarise-alignments.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { ExtractionFile } from '../../worker/formats/extraction-file.ts';
import { extractionRows, inspectText, summaryRows } from './inspect-text.ts';

/** What `facefleet inspect` found out. */
export interface Inspection {
  readonly input: string;
  /** Of an output folder. */
  readonly extraction: ExtractionFile | null;
  /** Whether alignments.jsonl is as the extraction wrote it; null where that is not known. */
  readonly unchanged: boolean | null;
  /** Null for an extraction that has not come to its end. */
  readonly alignments: AlignmentsSummary | null;
}

/**
 * Prints what is in a file or folder.
 * @throws FacefleetError FF12xx when it is damaged or nothing that is known
 */
export async function runInspect(input: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  if (input === '') throw new FacefleetError('FF5001', 'the input is empty');
  const inspection = await inspect(input);
  const { extraction, unchanged, alignments } = inspection;
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify(inspection)}\n`);
    return;
  }
  const rows = [
    ...(extraction ? extractionRows(extraction, unchanged) : []),
    ...(alignments ? summaryRows(alignments) : []),
  ];
  process.stdout.write(inspectText(input, rows));
}

async function inspect(input: string): Promise<Inspection> {
  const folder = input === STDIN ? null : await readOutputFolder(input);
  const extraction = folder?.extraction ?? null;
  if (extraction && extraction.state !== 'complete')
    return { input, extraction, unchanged: null, alignments: null };
  const alignments = await openAlignments(input);
  try {
    const summary = await summariseAlignments(alignments);
    const unchanged = folder && extraction && extraction.digest === (await fileSha256(folder.alignmentsPath));
    return { input, extraction, unchanged, alignments: summary };
  } finally {
    await alignments.close();
  }
}
