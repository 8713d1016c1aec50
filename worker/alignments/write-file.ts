import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { dirError, errno } from '../store/dir-error.ts';
import { BodyError, createTmp, fillTmp, publish, publishIfAbsent } from '../store/dir-write.ts';
import { removeAtExit } from './remove-at-exit.ts';

/**
 * Writes a file of the user's choice at once: under a temporary name beside it, synced, then renamed. Nothing is left when it fails,
 * nor when the process exits meanwhile.
 * Errors of the pieces come out unchanged.
 * @param replace an existing file
 * @throws FacefleetError FF4007 when the file exists and is not to be replaced, FF4001 when it cannot be written
 */
export async function writeFileAtOnce(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  replace: boolean,
): Promise<void> {
  const absolute = resolve(path);
  try {
    const target = await targetOf(absolute, path, replace);
    const [folder, name] = [dirname(target), basename(target)];
    const tmp = await createTmp(folder);
    const settled = removeAtExit(tmp.path);
    try {
      await fillTmp(tmp, pieces, { durable: true });
      if (replace) await publish(tmp.path, folder, name, true);
      else if (!(await publishIfAbsent(tmp.path, folder, name, true)))
        throw new FacefleetError('FF4007', path);
    } finally {
      settled();
    }
  } catch (error) {
    if (error instanceof BodyError) throw error.cause;
    throw dirError('FF4001', absolute, error);
  }
}

/** The real path to write: a link is followed to the file that it names, and only files are replaced. */
async function targetOf(absolute: string, shown: string, replace: boolean): Promise<string> {
  const found = await lstat(absolute).catch((error: unknown) => {
    if (errno(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null) {
    if (shown.endsWith('/') || shown.endsWith(sep))
      throw new FacefleetError('FF4001', `${shown} is a folder that does not exist`);
    return join(await folderOf(absolute, shown), basename(absolute));
  }
  if (!replace) throw new FacefleetError('FF4007', shown);
  const target = await realpath(absolute);
  if ((await stat(target)).isFile()) return target;
  throw new FacefleetError('FF4001', `${shown} is no regular file`);
}

async function folderOf(absolute: string, shown: string): Promise<string> {
  return await realpath(dirname(absolute)).catch((error: unknown) => {
    if (errno(error) !== 'ENOENT') throw error;
    throw new FacefleetError('FF4001', `${shown}: its folder does not exist`, { cause: error });
  });
}
