import type { SeekPoint } from './seek-point.ts';

/** Pictures of a video that are decoded in one go. */
export interface VideoRun {
  /** Where the decoder starts; null: at the beginning of the video. Pictures are numbered from its picture, or 0. */
  readonly from: SeekPoint | null;
  /** The number after the last picture; null: up to the end of the video, or its damage. */
  readonly end: number | null;
  /**
   * The points after `from`, up to `end`, and the first one behind it: a decoder may start there, too, and at them its pictures are held
   * against the numbers.
   */
  readonly points: readonly SeekPoint[];
}

/** A share of a video's frames, for one decoder. Plain data. */
export interface VideoSegment {
  /** Number of the segment in the video, dense from 0. */
  readonly number: number;
  /** Number of its first frame among the video's kept ones, dense from 0. */
  readonly firstIndex: number;
  /** How many frames it gives; of a video that cannot be split, and of one that is damaged, only a guess. */
  readonly frames: number;
  /** Ascending, apart from each other; every kept picture of the segment is in one of them. */
  readonly runs: readonly VideoRun[];
  /** Of the video's pictures 0, n, 2n, … are kept. */
  readonly everyN: number;
  /** Pictures whose number it does not divide are not decoded (`VideoScan.intraOnly`); 1 otherwise. */
  readonly step: number;
}
