import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { FsaFace, FsaFrame } from './fsa-alignments.ts';

const FREE_BYTES = 64 * 1024 * 1024;
/** Without repetition, what is counted is at most this many times as long as its pickle: coordinates can be integers of 2 bytes. */
const MAX_RATIO = 16;
/** Of its dict and its box. */
const FACE_BYTES = 64;
const NUMBER_BYTES = 8;

/**
 * A pickle can name one face, mask or thumbnail in many places, which costs a few bytes each: a small file then stands for more than
 * any disk holds once its frames are written out.
 * @param pickleBytes length of the pickle that the frames were read from
 * @param where names the file in errors
 * @throws FacefleetError FF1205 when the frames written out are far longer than their pickle
 */
export function checkRepeats(frames: readonly FsaFrame[], pickleBytes: number, where: string): void {
  const sizes = new Map<FsaFace, number>();
  let left = FREE_BYTES + MAX_RATIO * pickleBytes;
  for (const { key, faces } of frames) {
    for (const face of faces) {
      const bytes = sizes.get(face) ?? faceBytes(face);
      sizes.set(face, bytes);
      left -= bytes;
      if (left < 0)
        throw new FacefleetError('FF1205', `${where}: ${key}: it repeats the same faces again and again`);
    }
  }
}

function faceBytes({ landmarks, masks, identities, thumbnail }: FsaFace): number {
  let bytes = FACE_BYTES + NUMBER_BYTES * landmarks.length + (thumbnail?.length ?? 0);
  for (const { data } of Object.values(masks)) bytes += FACE_BYTES + data.length;
  for (const numbers of Object.values(identities)) bytes += NUMBER_BYTES * numbers.length;
  return bytes;
}
