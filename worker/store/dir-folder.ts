import { mkdir, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { errno } from './dir-error.ts';

/**
 * The real path of the folder `segments` below `root`, or null when it does not exist. Throws FF4004 when symbolic links lead it
 * outside `root`.
 * @param root a real path
 */
export async function findFolder(root: string, segments: readonly string[]): Promise<string | null> {
  if (segments.length === 0) return root;
  const path = join(root, ...segments);
  try {
    const real = await realpath(path);
    if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
    throw new FacefleetError('FF4004', `${path}: a symbolic link leads to ${real}, outside ${root}`);
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Like `findFolder`, but makes what is missing. No folder is ever made behind a link that leads outside: each is made in the real
 * path of its checked parent. Fails with ENOENT when the folder vanishes again at once (or is a dangling link).
 */
export async function makeFolder(
  root: string,
  segments: readonly string[],
  durable: boolean,
): Promise<string> {
  const found = await findFolder(root, segments);
  if (found !== null) return found;
  const parent = await makeFolder(root, segments.slice(0, -1), durable);
  const path = join(parent, segments.at(-1) ?? '');
  try {
    await mkdir(path);
    if (durable) await syncFolder(parent);
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error;
  }
  const made = await findFolder(root, segments);
  if (made === null) {
    throw Object.assign(new Error(`${path} vanished, or is a dangling link`), { code: 'ENOENT' });
  }
  return made;
}

/** Makes the entries of a folder survive a power failure; systems that cannot (Windows) write them in order anyway. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (errno(error) !== 'EINVAL' && errno(error) !== 'ENOTSUP') throw error;
  } finally {
    await folder.close();
  }
}

/** The folder of a key as segments, and its last segment. */
export function splitKey(key: string): { readonly folder: readonly string[]; readonly name: string } {
  const segments = key.split('/');
  const name = segments.pop() ?? '';
  return { folder: segments, name };
}
