import type { Dirent } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { keyFault, RESERVED_PREFIX } from './check-key.ts';
import { compareCodePoints } from './compare-code-points.ts';
import { dirError, errno } from './dir-error.ts';
import type { ListOptions, Stored } from './store.ts';
import { isLeftover, isTmpName } from './tmp-name.ts';

/** Files whose size is asked for at once. */
const STAT_WIDTH = 64;

/**
 * Lists the regular files below `folder` as keys that start with `prefix`, sorted by code points of the whole key. Links are
 * neither listed nor followed; names that are no keys are left out.
 * @param folder a real path
 * @param base what keys of `folder` start with: '' or a path ending in '/'
 */
export async function* listFolder(
  folder: string,
  base: string,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<Stored> {
  const { startAfter = '', signal } = options;
  signal?.throwIfAborted();
  const entries = (await entriesOf(folder)).filter((entry) => entry.isFile() || entry.isDirectory());
  // A folder sorts as its keys do: with the slash that follows its name.
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  names.sort(compareCodePoints);
  let files: string[] = [];
  for (const name of names) {
    const key = base + name;
    if (name.startsWith(RESERVED_PREFIX) || isBefore(key, startAfter)) continue;
    if (!name.endsWith('/')) {
      if (!key.startsWith(prefix) || keyFault(key)) continue;
      if (files.push(name) < STAT_WIDTH) continue;
    }
    yield* sizes(folder, base, files);
    files = [];
    if (name.endsWith('/') && (key.startsWith(prefix) || prefix.startsWith(key))) {
      yield* listFolder(join(folder, name), key, prefix, options);
    }
    signal?.throwIfAborted();
  }
  yield* sizes(folder, base, files);
}

/** Whether no key that is `key`, or begins with it when it ends in a slash, comes behind `startAfter`. */
function isBefore(key: string, startAfter: string): boolean {
  if (key.endsWith('/') && startAfter.startsWith(key)) return false;
  return startAfter !== '' && compareCodePoints(key, startAfter) <= 0;
}

async function* sizes(folder: string, base: string, names: readonly string[]): AsyncGenerator<Stored> {
  const stats = await Promise.all(names.map((name) => orNull(lstat(join(folder, name)))));
  for (const [i, stat] of stats.entries()) {
    if (stat?.isFile()) yield { key: base + (names[i] ?? ''), bytes: stat.size, modifiedMs: stat.mtimeMs };
  }
}

/** Removes the temporary files that killed processes left below `folder`; those of running ones stay. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeLeftovers(path);
    if (!entry.isFile() || !isTmpName(entry.name)) continue;
    const stat = await orNull(lstat(path));
    if (stat && isLeftover(entry.name, Date.now() - stat.mtimeMs)) await orNull(unlink(path));
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return [];
    throw dirError('FF4006', folder, error);
  }
}

/** The value, or null for a file that is gone meanwhile. */
async function orNull<T>(pending: Promise<T>): Promise<T | null> {
  try {
    return await pending;
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return null;
    throw error;
  }
}
