import { isAbsolute, relative, resolve, sep } from 'node:path';
import { AlignmentsIndex } from '../../worker/alignments/alignments-index.ts';
import { openAlignments, STDIN } from '../../worker/alignments/open-alignments.ts';
import { type GivenCounts, GivenFaceFeed } from '../../worker/conductor/given-faces.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { FrameHead, Source } from '../../worker/source/source.ts';
import { counted } from './counted.ts';

/** What `--from-alignments` names, opened. */
export interface GivenAlignments {
  readonly index: AlignmentsIndex;
  readonly feed: GivenFaceFeed;
  /** Removes temporary files. */
  close(): Promise<void>;
}

/**
 * Opens the alignments that faces are taken from; null when there are none.
 * @throws FacefleetError FF12xx when they are damaged, or have no entry for any frame of the source
 */
export async function openGiven(name: string | undefined, source: Source): Promise<GivenAlignments | null> {
  if (name === undefined) return null;
  const alignments = await openAlignments(name);
  let index: AlignmentsIndex | null = null;
  const close = async (): Promise<void> => {
    await index?.close();
    await alignments.close();
  };
  try {
    index = await AlignmentsIndex.open(alignments, source.kind === 'video');
    await checkBelongs(name, index, source);
    return { index, feed: new GivenFaceFeed(index), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Looks for the first frame that has an entry: as a rule it is the first one. Throws FF1202 when there is none. */
async function checkBelongs(name: string, index: AlignmentsIndex, source: Source): Promise<void> {
  let frames = 0;
  const isDone = ({ key }: FrameHead): boolean => {
    frames += 1;
    return !index.has(key);
  };
  for await (const { key } of source.frames({ isDone })) if (index.has(key)) return;
  const detail = `${name} has ${entries(index.totals.frames)}, none of them for one of ${counted(frames, 'frame')}`;
  throw new FacefleetError('FF1202', detail);
}

/** Throws FF5001 when the alignments lie in an output that is to be removed: a kill would cost them. */
export function checkOutside(name: string | undefined, outputFolder: string, overwrite: boolean): void {
  if (name === undefined || name === STDIN || !overwrite) return;
  const path = relative(resolve(outputFolder), resolve(name));
  if (path === '' || !(path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)))
    throw new FacefleetError(
      'FF5001',
      `--overwrite would remove ${name}: copy the alignments, or choose another output`,
    );
}

/** What did not meet, for people; empty when all did. @param carried frames that were not looked up as they were done before */
export function unmatched({ missing, unused }: GivenCounts, carried: number): string[] {
  return [
    ...(missing > 0
      ? [`${counted(missing, 'frame')} had no entry in the alignments: recorded without faces`]
      : []),
    ...(unused > 0 && carried === 0
      ? [`without a frame in the source: ${entries(unused)} of the alignments`]
      : []),
  ];
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}
