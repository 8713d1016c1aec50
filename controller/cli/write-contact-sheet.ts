import { createReadStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { decodeRecord } from '../../worker/formats/decode-record.ts';
import { ALIGNMENTS_KEY } from '../../worker/formats/output-keys.ts';
import { resultHead } from '../../worker/formats/result-head.ts';
import { contactSheet, type SheetFace } from './contact-sheet.ts';

/** More would make a sheet that few viewers open. */
const MAX_FACES = 120;

const FORMATS: Readonly<Record<string, 'png' | 'jpeg' | 'webp'>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/**
 * The image format that a sheet's file name asks for.
 * @throws FacefleetError FF5001 when it is none of png, jpg and webp
 */
export function sheetFormat(path: string): 'png' | 'jpeg' | 'webp' {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format === undefined)
    throw new FacefleetError(
      'FF5001',
      `--contact-sheet takes a name that ends in .png, .jpg or .webp, not ${path}`,
    );
  return format;
}

/**
 * Draws a sheet of the faces of a finished output, at most 120 of them, spread evenly over all.
 * @param faces how many the output has
 * @returns how many are on the sheet
 * @throws FacefleetError FF4001, FF4006
 */
export async function writeContactSheet(outputFolder: string, path: string, faces: number): Promise<number> {
  const format = sheetFormat(path);
  const chosen = await readFaces(outputFolder, Math.max(1, faces / MAX_FACES)).catch((error: unknown) => {
    if (error instanceof FacefleetError) throw error;
    throw new FacefleetError('FF4006', errorText(error), { cause: error });
  });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, await contactSheet(chosen, format));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new FacefleetError('FF4001', `${path}: ${errorText(error)}`, { cause: error });
  }
  return chosen.length;
}

/** @param step of so many faces one is taken; a fraction */
async function readFaces(outputFolder: string, step: number): Promise<SheetFace[]> {
  const alignments = join(outputFolder, ALIGNMENTS_KEY);
  const chosen: SheetFace[] = [];
  let next = 0;
  let first = 0;
  for await (const line of createInterface({ input: createReadStream(alignments) })) {
    const { faces: count } = resultHead(Buffer.from(line), alignments);
    const end = first + (count ?? 0);
    if (next < end) {
      const { key, faces } = decodeRecord(line, alignments);
      for (; next < end; next += step) {
        const i = Math.floor(next) - first;
        const face = faces[i];
        if (face === undefined || face.crop === null) continue;
        chosen.push({ label: `${key} ${i}`, face, crop: await readFile(join(outputFolder, face.crop)) });
      }
    }
    first = end;
  }
  return chosen;
}
