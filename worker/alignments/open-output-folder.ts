import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { decodeExtraction, EXTRACTION_KEY, type ExtractionFile } from '../formats/extraction-file.ts';
import { ALIGNMENTS_KEY } from '../formats/output-keys.ts';
import { unreadable } from './file-chunks.ts';

/** What an output folder says of itself. */
export interface OutputFolder {
  readonly extraction: ExtractionFile;
  readonly alignmentsPath: string;
}

/**
 * The output of an extraction; null when a folder is none.
 * @throws FacefleetError FF1201 when it is damaged
 */
export async function readOutputFolder(folder: string): Promise<OutputFolder | null> {
  const path = join(folder, EXTRACTION_KEY);
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    return { extraction: decodeExtraction(bytes, path), alignmentsPath: join(folder, ALIGNMENTS_KEY) };
  } catch (error) {
    if (error instanceof FacefleetError) throw new FacefleetError('FF1201', error.detail, { cause: error });
    throw error;
  }
}

/** As `readOutputFolder`; FF1201 also when the extraction has not come to its end. */
export async function readFinishedOutput(folder: string): Promise<OutputFolder | null> {
  const output = await readOutputFolder(folder);
  if (output === null || output.extraction.state === 'complete') return output;
  throw new FacefleetError(
    'FF1201',
    `${folder}: its extraction is ${output.extraction.state}: finish it with the same command first`,
  );
}
