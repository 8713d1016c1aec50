import type { FaceRecord, FrameRecord } from '../records.ts';
import type { FsaFace, FsaFrame } from './fsa-alignments.ts';

/** A record as a frame of an alignments file. Score, pose, crop and frame size have no place there. */
export function fsaOfRecord({ key, faces, videoMeta }: FrameRecord): FsaFrame {
  return { key, faces: faces.map(fsaFaceOfRecord), videoMeta: videoMeta ?? null };
}

/** A face of a record as one of an alignments file. */
export function fsaFaceOfRecord({ box, landmarks, masks, identities, thumbnail }: FaceRecord): FsaFace {
  return { box, landmarks, masks, identities: identities ?? {}, thumbnail: thumbnail ?? null };
}
