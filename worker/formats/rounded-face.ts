import type { Matrix } from '../vision/types.ts';
import { DECIMALS, type FaceRecord, type MaskRecord } from './records.ts';
import { roundDecimals } from './round-decimals.ts';

/**
 * A face with its box, landmarks and masks as its line in alignments.jsonl has them: rounded, masks by name.
 * Throws FF3003 for a number that is not finite. @param what names the face in the error
 */
export function roundedFace(face: FaceRecord, what: string): FaceRecord {
  const { x, y, w, h } = face.box;
  const side = (value: number) => roundDecimals(value, DECIMALS.box, `${what}: box`);
  return {
    ...face,
    box: { x: side(x), y: side(y), w: side(w), h: side(h) },
    landmarks: face.landmarks.map((value) => roundDecimals(value, DECIMALS.landmarks, `${what}: landmarks`)),
    masks: Object.fromEntries(
      Object.keys(face.masks)
        .sort()
        .map((name) => [name, roundedMask(face.masks[name]!, `${what}: mask ${name}`)]),
    ),
  };
}

function roundedMask(mask: MaskRecord, what: string): MaskRecord {
  const matrix = mask.matrix.map((value) => roundDecimals(value, DECIMALS.matrix, `${what}: matrix`));
  return { ...mask, matrix: matrix as unknown as Matrix };
}
