import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { framesOfEntries } from './frames-of-entries.ts';
import { isBelow, resolveInside } from './resolve-inside.ts';
import { scanFolder } from './scan-folder.ts';
import type { FrameInput, Source } from './source.ts';

/** How a folder is opened. */
export interface FolderOptions {
  readonly recursive: boolean;
  readonly everyN: number;
  /** The output folder, when it may lie inside the source; it is left out. It need not exist. */
  readonly excludeDir?: string | undefined;
  /** Links may lead outside the folder, and with `recursive` linked folders are searched. */
  readonly followLinks?: boolean;
}

/**
 * A folder of images. Videos and other files in it are counted as `skipped`.
 *
 * @throws {FacefleetError} FF1101 missing, FF1102 without images, FF1103 unreadable, FF5001 when the output folder is the
 * source itself, or the source lies in the output's `faces/` (faces would be extracted from extracted faces)
 */
export async function openFolder(path: string, options: FolderOptions): Promise<Source> {
  const root = await realpath(path);
  const excludeDir = options.excludeDir === undefined ? undefined : await realPathOf(options.excludeDir);
  if (excludeDir !== undefined) checkApart(root, excludeDir);
  const followLinks = options.followLinks ?? false;
  const scan = await scanFolder(root, {
    recursive: options.recursive,
    followLinks,
    ...(excludeDir === undefined ? {} : { excludeDir }),
  });
  return framesOfEntries({
    kind: 'folder',
    name: basename(root),
    path: root,
    skipped: scan.skipped,
    unsearched: scan.unsearched,
    entryCount: scan.keys.length,
    everyN: options.everyN,
    keyOf: (position) => scan.keys[position]!,
    inputOf: async (position): Promise<FrameInput> => {
      const key = scan.keys[position]!;
      const error = scan.failures.get(key);
      if (error) return { kind: 'failure', error };
      return scan.links.has(key)
        ? resolveInside(root, key, followLinks)
        : { kind: 'file', path: join(root, key) };
    },
  });
}

function checkApart(source: string, output: string): void {
  if (output === source)
    throw new FacefleetError(
      'FF5001',
      `the output is the source ${source}; choose another folder, for instance in it`,
    );
  const faces = join(output, 'faces');
  if (source === faces || isBelow(faces, source))
    throw new FacefleetError(
      'FF5001',
      `the source ${source} holds the faces that the output ${output} is made of`,
    );
}

/** The real path of a folder, or undefined when it does not exist. */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}
