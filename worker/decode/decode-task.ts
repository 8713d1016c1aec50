import type { Face } from '../../proto/gen/facefleet/v1/face_pb.ts';
import type { VideoSegment } from '../source/segments/video-segment.ts';

/** What earlier passes found in a frame. */
export interface FoundBefore {
  readonly width: number;
  readonly height: number;
  readonly faces: readonly Face[];
}

/** What a decode worker is to do: a segment of a video, and what becomes of its frames. */
export interface DecodeTask {
  readonly extraction: string;
  /** 0-based pass of the plan. */
  readonly pass: number;
  /** Key of the video in the source. */
  readonly video: string;
  /** What the keys of the frames are made of (see `videoKey`). */
  readonly name: string;
  /** Index in the source of the video's first kept frame. */
  readonly baseIndex: number;
  readonly segment: VideoSegment;
  /** Whether a frame is not wanted; by its number among the kept frames of the video. */
  isDone(index: number): boolean;
  /** What the keys of a frame's crops are made of; by the same number. Null: the key without its extension, as of all frames of the segment. */
  stemOf(index: number): string | null;
  /** By the same number. */
  foundBefore(index: number): FoundBefore | null;
  /** Part of the ids of messages: differs between conductors of one extraction. */
  readonly generation: string;
  /** How often the wanted frames were tried and failed before. */
  readonly failedAttempts: number;
  /** How often the segment was sent before. */
  readonly sends: number;
}
