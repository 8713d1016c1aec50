import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errno } from './dir-error.ts';

/**
 * Makes a folder and the folders above it that are missing. Node's own recursive `mkdir` never comes back below `/proc` and other
 * file systems that answer ENOENT although the parent is there.
 * @param path absolute
 * @throws the file system's own error when a folder cannot be made, or a file lies in the way
 */
export async function makeDirs(path: string): Promise<void> {
  if (await made(path)) return;
  await makeDirs(dirname(path));
  if (await made(path)) return;
  throw Object.assign(new Error(`${path}: no folder can be made there`), { code: 'ENOENT' });
}

/** Whether the folder is there now; false when its parent is missing (or denies being there). */
async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    // other errors than EEXIST may come for a folder that is there, for instance on a read-only file system
    if (await isFolder(path)) return true;
    if (errno(error) === 'ENOENT' && path !== dirname(path)) return false;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
