import { alignFace } from '../../vision/alignment.ts';
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

/** What an alignments file does not say of a frame. */
export interface FrameFacts {
  /** Place of the frame in the source, 0-based. */
  readonly index: number;
  /** Size of the upright frame in pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * A frame of an alignments file as a record: scores are 1, poses follow from the landmarks, crops are not known. Identities and
 * video times have no place there. Faces that have other than 68 landmarks are left out.
 */
export function recordOfFsa({ key, faces }: FsaFrame, { index, width, height }: FrameFacts): FrameRecord {
  const records = faces.filter(({ landmarks }) => landmarks.length === 136).map(recordOfFsaFace);
  return { index, key, width, height, faces: records };
}

function recordOfFsaFace({ box, landmarks, masks, thumbnail }: FsaFace): FaceRecord {
  const { pose } = alignFace(landmarks);
  return {
    box,
    score: 1,
    landmarks,
    pose,
    masks,
    crop: null,
    ...(thumbnail === null ? {} : { thumbnail }),
  };
}
