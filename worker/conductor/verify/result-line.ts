import { isUtf8 } from 'node:buffer';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { decodeFailure, decodeRecord } from '../../formats/decode-record.ts';
import { cropKey, stemOfCrop } from '../../formats/face-stem.ts';
import type { FrameRecord, FrameResult } from '../../formats/records.ts';
import { resultHead } from '../../formats/result-head.ts';
import { keyFault } from '../../store/check-key.ts';

/** Which lines an object holds: a part has both kinds. */
export type LineKind = 'record' | 'failure' | 'both';

/**
 * Reads a line and all that it holds.
 * @param where names the object
 * @throws FacefleetError FF4005 when it is not as an extraction writes it
 */
export function resultOfLine(bytes: Uint8Array, kind: LineKind, where: string): FrameResult {
  if (!isUtf8(bytes)) throw new FacefleetError('FF4005', `${where}: it is no UTF-8 text`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const isFailure = kind === 'both' ? resultHead(bytes, where).faces === null : kind === 'failure';
  if (isFailure) return decodeFailure(text, where);
  const record = decodeRecord(text, where);
  checkCrops(record, where);
  return record;
}

/** Crops are named by their frame's stem and their place among its faces. */
function checkCrops({ faces }: FrameRecord, where: string): void {
  let stem: string | null = null;
  for (const [face, { crop }] of faces.entries()) {
    if (crop === null) continue;
    stem ??= stemOfCrop(crop);
    const fault =
      keyFault(crop) || (stem === null || crop !== cropKey(stem, face) ? 'it is no crop of face' : '');
    if (fault) throw new FacefleetError('FF4005', `${where}: crop ${JSON.stringify(crop)}: ${fault} ${face}`);
  }
}
