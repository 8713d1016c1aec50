import type { Box, Landmarks } from '../../vision/types.ts';
import type { MaskRecord, VideoMeta } from '../records.ts';

/** The version of alignments files that is written; faceswap 2.3 and 3.x both write it. */
export const FSA_VERSION = 2.4;

/** A face alignments file (`.fsa`) of faceswap as plain data. */
export interface FsaAlignments {
  /** As the file says: 1 (it says none) or 2.0 to 2.4. The frames are as those of 2.4 in any case. */
  readonly version: number;
  /** In the order of the file; keys are unique. */
  readonly frames: readonly FsaFrame[];
  /**
   * Whether the file has the frames' times in seconds, as faceswap 2 writes them, and not in units of the stream: `videoMeta` is null
   * then. faceswap measures them again where they are missing.
   */
  readonly videoTimesInSeconds: boolean;
}

/** A frame and its faces, maybe none. */
export interface FsaFrame {
  /** File name of the frame; for videos `<video stem>_<000001><video extension>`. */
  readonly key: string;
  readonly faces: readonly FsaFace[];
  /** Null for images, and for videos whose frames were not measured. */
  readonly videoMeta: VideoMeta | null;
}

/** One face. Pixels of the upright frame, 0-based. */
export interface FsaFace {
  /** The detector's, whole pixels; may reach beyond the frame. */
  readonly box: Box;
  /** 68 iBUG points, or 4, 51 or 98 points. */
  readonly landmarks: Landmarks;
  /** By name of the masker. */
  readonly masks: Readonly<Record<string, MaskRecord>>;
  /** Embeddings by name of the network that made them. */
  readonly identities: Readonly<Record<string, readonly number[]>>;
  /** JPEG of the 96 px head crop; null when there is none. */
  readonly thumbnail: Uint8Array | null;
}

/** Bounds of what an alignments file or a header may hold; larger ones are refused on both sides. */
export const FSA_BOUNDS = {
  keyChars: 8192,
  /** Of every coordinate and matrix entry, either sign. */
  magnitude: 1e9,
  points: [4, 51, 68, 98],
  faces: 10_000,
  names: 64,
  nameChars: 64,
  maskSizePx: 4096,
  identityLength: 8192,
  thumbnailBytes: 256 * 1024,
} as const;
