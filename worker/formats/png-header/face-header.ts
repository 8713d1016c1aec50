import type { FsaFace } from '../fsa/fsa-alignments.ts';

/** What a face image says about itself. */
export interface FaceHeader {
  /** Without a thumbnail: the image is there. */
  readonly face: FsaFace;
  readonly source: FaceSource;
}

/** Which face of which frame an image shows. */
export interface FaceSource {
  /** Version of the alignments that the face belongs to, such as 2.4. */
  readonly version: number;
  /** Name that the image was written with. */
  readonly originalFilename: string;
  /** Place of the face in its frame, 0-based. */
  readonly faceIndex: number;
  /** The frame's key in the alignments. */
  readonly sourceFilename: string;
  readonly isVideo: boolean;
  /** Of the upright frame, pixels; null when an old header does not say. */
  readonly frameSize: { readonly width: number; readonly height: number } | null;
}
