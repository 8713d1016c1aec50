import { keptCount } from '../keep-every.ts';
import { LONG_PICTURES } from './picture-numbers.ts';
import { pointAfter, pointBefore, pointsBetween, type SeekPoint } from './seek-point.ts';
import { jumpFor } from './start-for.ts';
import type { VideoScan } from './video-scan.ts';
import type { VideoRun, VideoSegment } from './video-segment.ts';

export interface SplitOptions {
  /** A whole number from 1. */
  readonly everyN: number;
  /** A segment ends at the first seek point at which it has so many frames. */
  readonly framesPerSegment: number;
}

/**
 * Splits a video at its seek points. Together the segments give the frames of a decoder that goes through the whole video: the same
 * pictures under the same numbers. A video without points is one segment. Prove the points before (`ScannedNumbers.prove`).
 */
export function* splitVideo(scan: VideoScan, options: SplitOptions): Generator<VideoSegment> {
  const { everyN, framesPerSegment } = options;
  const step = scan.intraOnly ? everyN : 1;
  const points = scan.pictures < LONG_PICTURES ? [] : scan.points;
  const failures = scan.damage === null ? 0 : 1;
  let number = 0;
  let from: SeekPoint | null = null;
  let runs: VideoRun[] = [];
  let firstIndex = 0;
  const closeRun = (end: number | null): void => {
    const last = end ?? scan.pictures;
    const behind = pointAfter(scan.points, last);
    const between = pointsBetween(scan.points, from?.picture ?? 0, behind?.picture ?? last);
    runs.push({ from, end, points: between });
  };
  const segment = (frames: number): VideoSegment => ({
    number: number++,
    firstIndex,
    frames,
    runs,
    everyN,
    step,
  });

  for (let picture = everyN, index = 1; picture < scan.pictures; picture += everyN, index++) {
    const cursor = picture - everyN + 1;
    const jump = jumpFor(points, cursor, picture, cursor);
    const point = jump ?? pointBefore(points, picture);
    const isFull = index - firstIndex >= framesPerSegment && point !== null && point.picture >= cursor;
    if (jump === null && !isFull) continue;
    // up to a point that is near the numbers are followed, over a wider gap they are not
    closeRun(jump === null ? point!.picture : cursor);
    if (isFull) {
      yield segment(index - firstIndex);
      runs = [];
      firstIndex = index;
    }
    from = point;
  }
  const kept = keptCount(scan.pictures, everyN);
  const isOpen = scan.points.length === 0 || scan.damage !== null;
  closeRun(isOpen ? null : (kept - 1) * everyN + 1);
  yield segment(kept - firstIndex + failures);
}
