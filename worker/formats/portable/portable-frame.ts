import { landmarks68From98 } from '../../vision/landmark-sets.ts';
import type { Box, Landmarks, Pose } from '../../vision/types.ts';
import type { MaskRecord, VideoMeta } from '../records.ts';

/**
 * What any alignments file may say of a face; null or empty is what this one does not say.
 * Pixels of the upright frame, 0-based.
 */
export interface PortableFace {
  /** The detector's box, whole pixels. */
  readonly box: Box | null;
  /** The detector's confidence. */
  readonly score: number | null;
  /** 68 points in iBUG order, or another set that some program knows (4, 51, 98, …); flat. */
  readonly landmarks: Landmarks | null;
  readonly pose: Pose | null;
  /** By name of the masker. */
  readonly masks: Readonly<Record<string, MaskRecord>>;
  /** Embeddings by name of the network that made them. */
  readonly identities: Readonly<Record<string, readonly number[]>>;
  /** A small picture of the face, JPEG bytes. */
  readonly thumbnail: Uint8Array | null;
  /** Path of the face's crop. */
  readonly crop: string | null;
}

/** What any alignments file may say of a frame. */
export interface PortableFrame {
  /** Place of the frame in the source, 0-based; where a file does not say, its place in the file. */
  readonly index: number;
  /** Path of the frame in the source, or its file name, or its number in the video. */
  readonly key: string;
  /** Of the upright frame, pixels; null when the file does not say. */
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly faces: readonly PortableFace[];
  readonly videoMeta: VideoMeta | null;
}

/** The number of points of a face; 0 when there are none. */
export function pointCount({ landmarks }: PortableFace): number {
  return landmarks === null ? 0 : landmarks.length / 2;
}

/** The 68 landmarks of a face, also where it has the 98 that contain them; null when they are not known. */
export function landmarks68({ landmarks }: PortableFace): Landmarks | null {
  if (landmarks?.length === 2 * 98) return landmarks68From98(landmarks);
  return landmarks?.length === 2 * 68 ? landmarks : null;
}

/** The largest number of points of a face. */
export const MAX_POINTS = 1024;
