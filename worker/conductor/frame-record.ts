import { cropKey } from '../formats/face-stem.ts';
import type { FaceRecord, FrameFailure, FrameRecord, MaskRecord } from '../formats/records.ts';
import type { StoredMask } from '../stage/faces.ts';
import type { FaceInWork, FrameInWork } from '../stage/frame-in-work.ts';

/** A face that is kept, and where its crop goes. */
export interface KeptFace {
  readonly face: FaceInWork;
  /** Null when crops are not wanted. */
  readonly crop: string | null;
}

/** The faces of a frame that were not rejected, in the detector's order, with their crops' keys. */
export function keptFaces(frame: FrameInWork, stem: string): KeptFace[] {
  return frame.faces
    .filter(({ alignment }) => alignment !== null)
    .map((face, i) => ({ face, crop: face.crop === null ? null : cropKey(stem, i) }));
}

/** What is recorded of a frame that went through the stage. */
export function frameRecord(
  frame: FrameInWork,
  size: { width: number; height: number },
  faces: readonly KeptFace[],
): FrameRecord {
  return { index: frame.index, key: frame.key, ...size, faces: faces.map(faceRecord) };
}

/** What is recorded of a frame that failed. */
export function frameFailure(frame: FrameInWork): FrameFailure {
  const { index, key, error, failedPlugin } = frame;
  if (error === null) throw new TypeError(`${key} did not fail`);
  return {
    index,
    key,
    code: error.code,
    message: error.message,
    ...(failedPlugin === null ? {} : { plugin: failedPlugin }),
  };
}

function faceRecord({ face, crop }: KeptFace): FaceRecord {
  const { landmarks, pose } = face.alignment!;
  const masks = Object.fromEntries([...face.masks].map(([name, mask]) => [name, maskRecord(mask)]));
  return { box: face.face.box, score: face.face.score, landmarks, pose, masks, crop };
}

function maskRecord({ sizePx, centering, matrix, interpolator, zlib }: StoredMask): MaskRecord {
  return { size: sizePx, centering, matrix, interpolator, data: zlib };
}
