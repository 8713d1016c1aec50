import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { asFacefleetError, FacefleetError } from '../errors/facefleet-error.ts';
import type { FrameInput } from './source.ts';

/**
 * The frame of a file below `root`, symbolic links followed. One whose target lies outside `root` is a failure unless links may
 * lead anywhere: what is extracted is what the user pointed at.
 *
 * @param root an absolute path without symbolic links
 * @param relative a path below it
 * @param followLinks whether links may lead outside `root`
 * @returns a file, or FF1006 (missing, dangling or looping link), or FF1007 (target outside)
 */
export async function resolveInside(
  root: string,
  relative: string,
  followLinks: boolean,
): Promise<FrameInput> {
  const path = join(root, relative);
  try {
    const target = await realpath(path);
    if (followLinks || isBelow(root, target)) return { kind: 'file', path };
    return { kind: 'failure', error: new FacefleetError('FF1007', `${relative} is a link to ${target}`) };
  } catch (thrown) {
    return { kind: 'failure', error: asFacefleetError(thrown, 'FF1006', relative) };
  }
}

/** Whether `path` lies below `folder`; both absolute and normalised. */
export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
