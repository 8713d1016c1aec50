import { AlignmentsIndex } from '../../worker/alignments/alignments-index.ts';
import { openAlignments } from '../../worker/alignments/open-alignments.ts';
import { type GivenCounts, GivenFaceFeed } from '../../worker/conductor/given-faces.ts';
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
 * @param ofVideo whether frames are found by their number, too
 * @throws FacefleetError FF12xx
 */
export async function openGiven(name: string | undefined, ofVideo: boolean): Promise<GivenAlignments | null> {
  if (name === undefined) return null;
  const alignments = await openAlignments(name);
  try {
    const index = await AlignmentsIndex.open(alignments, ofVideo);
    const feed = new GivenFaceFeed(index, name);
    const close = async (): Promise<void> => {
      await index.close();
      await alignments.close();
    };
    return { index, feed, close };
  } catch (error) {
    await alignments.close();
    throw error;
  }
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
