import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { FaceHeader } from '../formats/png-header/face-header.ts';
import { portableFaceOfFsa } from '../formats/portable/fsa-frame.ts';
import type { PortableFace } from '../formats/portable/portable-frame.ts';
import { compareCodePoints } from '../source/compare-code-points.ts';
import type { AlignmentsEntry } from './alignments.ts';
import { readHeaderOf } from './face-header-file.ts';
import { unreadable } from './file-chunks.ts';

/** Where a face belongs, by its header. */
interface FacePlace {
  readonly frame: string;
  readonly face: number;
  /** Of its PNG, below the folder. */
  readonly file: string;
}

/**
 * The frames that the PNGs of a folder and its sub-folders say their faces are from, by name of the frame; faces in their order.
 * Of faces that are there twice the first file by name counts. Other files are passed over.
 * @param remarks takes what the user should know
 * @throws FacefleetError FF1201 when a PNG is damaged or none has a header
 */
export async function faceFolder(
  folder: string,
  remarks: string[],
): Promise<() => AsyncGenerator<AlignmentsEntry>> {
  const places = await facePlaces(folder, remarks);
  const frames: FacePlace[][] = [];
  for (const place of places) {
    const faces = frames.at(-1);
    if (faces?.[0]?.frame === place.frame) faces.push(place);
    else frames.push([place]);
  }
  const unique = frames.map((faces) => faces.filter(({ face }, i) => face !== faces[i - 1]?.face));
  const twice = places.length - unique.reduce((sum, faces) => sum + faces.length, 0);
  if (twice > 0) remarks.push(`${twice} faces are there twice; the first files count`);
  remarks.push('frames without faces are not known from face images');
  return async function* entries() {
    for (const [index, faces] of unique.entries()) yield await entryOf(folder, faces, index);
  };
}

/**
 * The one frame of a single face PNG.
 * @param name of the file in errors
 * @param remarks takes what the user should know
 * @throws FacefleetError FF1201 when it is damaged or has no header
 */
export async function facePng(
  path: string,
  name: string,
  remarks: string[],
): Promise<() => AsyncGenerator<AlignmentsEntry>> {
  const header = await readHeaderOf(path, name);
  if (header === null) throw new FacefleetError('FF1201', `${name}: it has no faceswap header`);
  const { faceIndex, sourceFilename, originalFilename, version } = header.source;
  const from = `face ${faceIndex} of ${sourceFilename}, written as ${originalFilename}`;
  remarks.push(`${from} for alignments of version ${version.toFixed(1)}`);
  return async function* entries() {
    yield entry(0, header, [faceOf(header, null)]);
  };
}

async function facePlaces(folder: string, remarks: string[]): Promise<FacePlace[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const files = found
    .filter((file) => file.isFile() && file.name.toLowerCase().endsWith('.png'))
    .map((file) => relative(folder, join(file.parentPath, file.name)));
  const places: FacePlace[] = [];
  let without = 0;
  for (const file of files) {
    const header = await readHeaderOf(join(folder, file));
    if (header === null) without += 1;
    else places.push({ frame: header.source.sourceFilename, face: header.source.faceIndex, file });
  }
  if (places.length === 0)
    throw new FacefleetError(
      'FF1201',
      `${folder}: it has neither extraction.json nor PNGs with a faceswap header`,
    );
  if (without > 0) remarks.push(`${without} PNGs have no faceswap header`);
  return places.sort(
    (a, b) => compareCodePoints(a.frame, b.frame) || a.face - b.face || compareCodePoints(a.file, b.file),
  );
}

async function entryOf(
  folder: string,
  places: readonly FacePlace[],
  index: number,
): Promise<AlignmentsEntry> {
  const faces: PortableFace[] = [];
  let last: FaceHeader | null = null;
  for (const { file } of places) {
    last = await readHeaderOf(join(folder, file));
    if (last === null)
      throw new FacefleetError('FF1201', `${join(folder, file)}: it changed while it was read`);
    faces.push(faceOf(last, file.replaceAll('\\', '/')));
  }
  return entry(index, last!, faces);
}

function faceOf({ face }: FaceHeader, crop: string | null): PortableFace {
  return { ...portableFaceOfFsa(face), crop };
}

function entry(index: number, { source }: FaceHeader, faces: readonly PortableFace[]): AlignmentsEntry {
  const { sourceFilename: key, frameSize: size } = source;
  return { frame: { index, key, size, faces, videoMeta: null }, at: null };
}
