import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import { makeDirs } from '../worker/store/make-dirs.ts';

/**
 * Puts a file into the cache at once: two processes that do it together leave one whole file.
 * @throws FacefleetError FF2005
 */
export async function placeFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await makeDirs(dirname(path));
    await writeFile(temporary, bytes, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new FacefleetError('FF2005', `${path}: ${errorText(error)}`, { cause: error });
  }
}
