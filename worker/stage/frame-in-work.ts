import type { FacefleetError } from '../errors/facefleet-error.ts';
import type { PortableFace } from '../formats/portable/portable-frame.ts';
import type { VideoMeta } from '../formats/records.ts';
import type { BytesInput } from '../source/source.ts';
import type { RgbImage } from '../vision/types.ts';
import type { Alignment, Face, FaceRejection, StoredMask } from './faces.ts';

/** A face with what the roles so far found out about it. */
export interface FaceInWork {
  readonly face: Face;
  alignment: Alignment | null;
  rejection: FaceRejection | null;
  /** By masker name, in flow order. */
  readonly masks: Map<string, StoredMask>;
  /** Key of the head crop in the store; null until it is written, and when crops are not wanted. */
  crop: string | null;
  /** JPEG of the crop at 96 px; null until the crop is written. */
  thumbnail: Uint8Array | null;
  /** What was given with the face and goes into its record. */
  readonly given?: Pick<PortableFace, 'identities' | 'thumbnail'>;
}

/** A frame on its way through a stage. */
export interface FrameInWork {
  readonly index: number;
  readonly key: string;
  /** Where the pixels come from when `image` is still null. */
  readonly path: string | null;
  /** Where they come from when `path` is null, too. */
  readonly bytes?: BytesInput | null;
  /** Came with the frame and goes with it. */
  readonly ticket?: unknown;
  image: RgbImage | null;
  /** Of the upright frame, known once it is decoded. */
  size: { readonly width: number; readonly height: number } | null;
  faces: FaceInWork[];
  /** Size of the frame that `faces` were given for; null when it is not known or none were given. */
  readonly givenSize?: { readonly width: number; readonly height: number } | null;
  /** Given with the faces, for the record. */
  readonly videoMeta?: VideoMeta | null;
  /** The first failure; later roles leave the frame alone. */
  error: FacefleetError | null;
  /** The plugin that failed. */
  failedPlugin: string | null;
  /** Units of the present role that are not done yet. */
  pendingUnits: number;
}
