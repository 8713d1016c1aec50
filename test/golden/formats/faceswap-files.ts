import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED } from '../shared-data.ts';

/** A file that faceswap wrote. */
export interface FaceswapFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const HERE = import.meta.dirname;

/** Alignments files that faceswap 2.3 and 3.x wrote: two that are kept here, and those of FACEFLEET_SHARED. */
export function alignmentsFiles(): FaceswapFile[] {
  return [HERE, shared('fsa')].flatMap((folder) => files(folder, '.fsa'));
}

/** Headers that faceswap wrote into face images: texts, one kept here and those of FACEFLEET_SHARED. */
export function headerTexts(): FaceswapFile[] {
  return [HERE, shared('png')].flatMap((folder) => files(folder, '.itxt.txt'));
}

/** Face images that faceswap wrote; none without FACEFLEET_SHARED. */
export function faceImages(): FaceswapFile[] {
  return files(shared('png'), '.png');
}

function shared(folder: string): string | null {
  return SHARED ? join(SHARED, 'golden', folder) : null;
}

function files(folder: string | null, ending: string): FaceswapFile[] {
  if (folder === null) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}
