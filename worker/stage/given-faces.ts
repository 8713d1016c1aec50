import { FacefleetError } from '../errors/facefleet-error.ts';
import type { VideoMeta } from '../formats/records.ts';
import type { SourceFrame } from '../source/source.ts';
import type { FaceInWork, FrameInWork } from './frame-in-work.ts';

/** Faces of a frame that are known before it is decoded. */
export interface GivenFaces {
  /** Those with an alignment are not aligned again. */
  readonly faces: FaceInWork[];
  /** Size of the upright frame that they were found in, pixels; null when it is not known. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Goes into the record. */
  readonly videoMeta: VideoMeta | null;
}

/** A frame of the source, with its faces when they are known. */
export interface StageFrame extends SourceFrame {
  readonly given?: GivenFaces;
  /** Handed through to `finish`. */
  readonly ticket?: unknown;
}

/** @throws FacefleetError FF1203 when a decoded frame has another size than the one that its given faces belong to */
export function checkGivenSize({ key, size, givenSize }: FrameInWork): void {
  if (!givenSize || size === null) return;
  if (givenSize.width === size.width && givenSize.height === size.height) return;
  const [was, is] = [givenSize, size].map(({ width, height }) => `${width} × ${height}`);
  throw new FacefleetError('FF1203', `${key} has ${is} pixels, its faces are those of a frame of ${was}`);
}
