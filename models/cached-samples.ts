import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import { SAMPLES } from './catalog/samples.ts';
import { checkSha256 } from './check-sha256.ts';
import { placeFile } from './place-file.ts';

/** Where the sample photos are, or will be. */
export function samplesFolder(folder: string): string {
  return join(folder, 'samples');
}

/**
 * Whether all sample photos are in the cache.
 * @throws FacefleetError FF2003 when one is not what the catalogue says, FF2005 when one cannot be read
 */
export async function checkSamples(folder: string): Promise<boolean> {
  for (const { path, sha256 } of SAMPLES.files) {
    const cached = join(samplesFolder(folder), basename(path));
    try {
      checkSha256(cached, await readFile(cached), sha256);
    } catch (error) {
      if (error instanceof FacefleetError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      throw new FacefleetError('FF2005', `${cached}: ${errorText(error)}`, { cause: error });
    }
  }
  return true;
}

/**
 * Puts the sample photos into the cache.
 * @param photos in the catalogue's order
 * @throws FacefleetError FF2005
 */
export async function placeSamples(photos: readonly Uint8Array[], folder: string): Promise<void> {
  for (const [i, { path }] of SAMPLES.files.entries()) {
    await placeFile(join(samplesFolder(folder), basename(path)), photos[i]!);
  }
}
