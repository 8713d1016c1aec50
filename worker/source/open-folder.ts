import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { framesOfEntries } from './frames-of-entries.ts';
import { resolveInside } from './resolve-inside.ts';
import { scanFolder } from './scan-folder.ts';
import type { FrameInput, Source } from './source.ts';

/** How a folder is opened. */
export interface FolderOptions {
  readonly recursive: boolean;
  readonly everyN: number;
  /** The output folder, when it may lie inside the source; it is left out. It need not exist. */
  readonly excludeDir?: string | undefined;
}

/**
 * A folder of images. Videos and other files in it are counted as `skipped`.
 *
 * @throws {FacefleetError} FF1101 missing, FF1102 without images, FF1103 unreadable, FF5001 when the output folder is the
 * source itself and sub-folders are searched (faces would be extracted from extracted faces)
 */
export async function openFolder(path: string, options: FolderOptions): Promise<Source> {
  const root = await realpath(path);
  const excludeDir = options.excludeDir === undefined ? undefined : await realPathOf(options.excludeDir);
  if (excludeDir === root && options.recursive)
    throw new FacefleetError('FF5001', `with --recursive the output folder cannot be the source ${path}`);
  const scan = await scanFolder(root, {
    recursive: options.recursive,
    ...(excludeDir === undefined ? {} : { excludeDir }),
  });
  return framesOfEntries({
    kind: 'folder',
    name: basename(root),
    skipped: scan.skipped,
    entryCount: scan.keys.length,
    everyN: options.everyN,
    keyOf: (position) => scan.keys[position]!,
    inputOf: async (position): Promise<FrameInput> => {
      const key = scan.keys[position]!;
      const error = scan.failures.get(key);
      if (error) return { kind: 'failure', error };
      return scan.links.has(key) ? resolveInside(root, key) : { kind: 'file', path: join(root, key) };
    },
  });
}

/** The real path of a folder, or undefined when it does not exist. */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}
