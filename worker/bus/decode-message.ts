import { fromBinary } from '@bufbuild/protobuf';
import { type Frame, FrameSchema } from '../../proto/gen/facefleet/v1/frame_pb.ts';
import { type StageResult, StageResultSchema } from '../../proto/gen/facefleet/v1/stage_result_pb.ts';
import { errorText } from '../errors/facefleet-error.ts';
import { BOUNDS } from '../formats/records.ts';
import { badMessage, within } from './check-field.ts';

/**
 * A frame from a lane, within bounds; its faces are checked by `fromFaceMessage`. Bytes in it are views of `payload`.
 * @throws FacefleetError FF6007 when it is no frame of this extraction
 */
export function decodeFrame(payload: Uint8Array, extraction: string): Frame {
  const frame = decoded('frame', () => fromBinary(FrameSchema, payload));
  const what = checkHead(frame, extraction);
  within(`${what}: width`, frame.width, 0, BOUNDS.sidePx);
  within(`${what}: height`, frame.height, 0, BOUNDS.sidePx);
  within(`${what}: number of faces`, frame.faces.length, 0, BOUNDS.faces);
  checkTime(frame.videoMeta, what);
  const { image } = frame;
  if (image?.place.case === 'inline') {
    within(`${what}: size of the image`, image.place.value.length, image.sizeBytes, image.sizeBytes);
  } else if (image?.place.case !== 'reference') throw badMessage(what, 'it has no image');
  return frame;
}

/**
 * A result from the results lane, within bounds; its faces are checked by `fromFaceMessage`.
 * @throws FacefleetError FF6007 when it is no result of this extraction
 */
export function decodeStageResult(payload: Uint8Array, extraction: string): StageResult {
  const result = decoded('result', () => fromBinary(StageResultSchema, payload));
  const what = checkHead(result, extraction);
  const { outcome } = result;
  if (outcome.case === 'found') {
    within(`${what}: width`, outcome.value.width, 1, BOUNDS.sidePx);
    within(`${what}: height`, outcome.value.height, 1, BOUNDS.sidePx);
    within(`${what}: number of faces`, outcome.value.faces.length, 0, BOUNDS.faces);
    checkTime(outcome.value.videoMeta, what);
  } else if (outcome.case === 'failed') {
    checkCode(outcome.value.code, what);
  } else if (outcome.case === 'videoEnd') {
    within(`${what}: number of frames`, outcome.value.frames, 0, BOUNDS.index);
    if (outcome.value.failure) checkCode(outcome.value.failure.code, what);
  } else throw badMessage(what, 'it has no outcome');
  return result;
}

function checkCode(code: string, what: string): void {
  if (!/^FF\d{4}$/.test(code)) throw badMessage(what, 'its code is none');
}

function checkTime(meta: { readonly ptsTime: number } | undefined, what: string): void {
  const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number;
  within(`${what}: presentation time`, meta?.ptsTime ?? 0, MIN_SAFE_INTEGER, MAX_SAFE_INTEGER);
}

function decoded<T>(kind: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw badMessage(`a ${kind}`, errorText(error));
  }
}

/** @returns the name of the frame, for messages */
function checkHead(
  head: { readonly extraction: string; readonly index: number; readonly key: string },
  extraction: string,
): string {
  const { index, key } = head;
  if (head.extraction !== extraction) throw badMessage(`frame ${index}`, 'it belongs to another extraction');
  within(`frame ${index}`, index, 0, BOUNDS.index);
  within(`frame ${index}: length of the key`, key.length, 1, BOUNDS.keyChars);
  return key;
}
