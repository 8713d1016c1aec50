import { FSA_BOUNDS, type FsaFace, type FsaFrame } from '../fsa/fsa-alignments.ts';
import { faceBox } from './face-box.ts';
import { type PortableFace, type PortableFrame, pointCount } from './portable-frame.ts';

/** A frame of an alignments file of faceswap. @param index its place in the file */
export function portableOfFsa({ key, faces, videoMeta }: FsaFrame, index: number): PortableFrame {
  return { index, key, size: null, faces: faces.map(portableFaceOfFsa), videoMeta };
}

/** A face of an alignments file or of a face PNG's header. */
export function portableFaceOfFsa({ box, landmarks, masks, identities, thumbnail }: FsaFace): PortableFace {
  return { box, score: null, landmarks, pose: null, masks, identities, thumbnail, crop: null };
}

/** Whether faceswap's files can hold a face: it must have a set of landmarks that they know. */
export function fitsFsa(face: PortableFace): boolean {
  return (FSA_BOUNDS.points as readonly number[]).includes(pointCount(face));
}

/** A frame as faceswap's file holds it, without the faces that do not fit. */
export function fsaOfPortable({ key, faces, videoMeta }: PortableFrame): FsaFrame {
  return { key, faces: faces.filter(fitsFsa).map(fsaFace), videoMeta };
}

function fsaFace(face: PortableFace): FsaFace {
  const { masks, identities, thumbnail } = face;
  return { box: faceBox(face), landmarks: face.landmarks!, masks, identities, thumbnail };
}
