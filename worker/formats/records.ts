import type { Box, Centering, Landmarks, Matrix, Pose } from '../vision/types.ts';

/** A mask of one face as it is stored. */
export interface MaskRecord {
  /** Side of the square mask in pixels, 1..4096. */
  readonly size: number;
  readonly centering: Centering;
  /** Maps pixels of the upright frame to pixels of the mask. */
  readonly matrix: Matrix;
  /** OpenCV's code of the interpolation that brings the mask back into the frame: 0 nearest, 1 linear, 2 cubic, 3 area. */
  readonly interpolator: number;
  /** zlib stream of size × size bytes, row-major, 0..255. */
  readonly data: Uint8Array;
}

/** One face of a frame. Pixels of the upright frame, 0-based. */
export interface FaceRecord {
  readonly box: Box;
  /** The detector's confidence. */
  readonly score: number;
  /** The 68 iBUG points: length 136. */
  readonly landmarks: Landmarks;
  readonly pose: Pose;
  /** By name of the masker. */
  readonly masks: Readonly<Record<string, MaskRecord>>;
  /** Store key of the face's crop (`faces/<stem>_<i>.png`), or null when none was written. */
  readonly crop: string | null;
  /** Embeddings by name of the network that made them; absent when there are none. */
  readonly identities?: Readonly<Record<string, readonly number[]>>;
  /** JPEG of the 96 px head crop; absent when none was made. */
  readonly thumbnail?: Uint8Array;
}

/** Where a video's frame stands in its stream, as faceswap records it. */
export interface VideoMeta {
  /** Presentation time in units of the stream's time base. */
  readonly ptsTime: number;
  readonly keyframe: boolean;
}

/** What was found in a frame: a line of alignments.jsonl. */
export interface FrameRecord {
  /** Place of the frame in the source, 0-based. */
  readonly index: number;
  /** Path of the frame in the source. */
  readonly key: string;
  /** Size of the upright frame in pixels. */
  readonly width: number;
  readonly height: number;
  /** In the order of the crops; may be empty. */
  readonly faces: readonly FaceRecord[];
  /** Absent when it is not known, as for images. */
  readonly videoMeta?: VideoMeta;
}

/** Why a frame has no record: a line of failures.jsonl. */
export interface FrameFailure {
  readonly index: number;
  readonly key: string;
  /** A code of the error table, such as FF1001. */
  readonly code: string;
  readonly message: string;
  /** The plugin at work, when it was one. */
  readonly plugin?: string;
}

/** How a frame ended. */
export type FrameResult = FrameRecord | FrameFailure;

/** Tells the two ends of a frame apart. */
export function isFailure(result: FrameResult): result is FrameFailure {
  return 'code' in result;
}

/** Decimal places kept in a record. Landmarks to 1/1000 pixel are far below any aligner's error. */
export const DECIMALS = { box: 0, score: 4, landmarks: 3, pose: 3, matrix: 6 } as const;

/** Bounds of what a record may hold; larger ones are refused on both sides. */
export const BOUNDS = {
  index: 2 ** 32 - 2,
  keyChars: 8192,
  sidePx: 1_000_000,
  faces: 10_000,
  masks: 64,
  maskNameChars: 64,
  maskSizePx: 4096,
  identities: 64,
  identityLength: 8192,
  thumbnailBytes: 256 * 1024,
  messageChars: 4000,
  pluginChars: 200,
} as const;
