import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { framesOfEntries } from './frames-of-entries.ts';
import { type ParsedList, parseList } from './parse-list.ts';
import { readRegularFile } from './read-regular-file.ts';
import { resolveInside } from './resolve-inside.ts';
import type { Source } from './source.ts';

/** Room for some million paths. */
const MAX_LIST_BYTES = 512 * 1024 * 1024;

/**
 * A text file that lists images; see `parseList` for its form. Every entry is a frame, in the list's order, whatever its
 * name's extension; repeated lines are counted as `skipped`.
 *
 * @throws {FacefleetError} FF1102 without entries, FF1103 unreadable
 */
export async function openList(path: string, everyN: number, followLinks: boolean): Promise<Source> {
  const { entries, repeated } = await readList(path);
  const root = await realpath(dirname(path));
  return framesOfEntries({
    kind: 'list',
    name: basename(path),
    path,
    skipped: repeated,
    entryCount: entries.length,
    everyN,
    keyOf: (position) => entries[position]!.key,
    inputOf: async (position) => {
      const { key, error } = entries[position]!;
      return error ? { kind: 'failure', error } : resolveInside(root, key, followLinks);
    },
  });
}

async function readList(path: string): Promise<ParsedList> {
  try {
    return parseList(await readRegularFile(path, MAX_LIST_BYTES));
  } catch (thrown) {
    if (thrown instanceof FacefleetError && thrown.code === 'FF1005') return { entries: [], repeated: 0 };
    throw new FacefleetError('FF1103', errorText(thrown), { cause: thrown });
  }
}
