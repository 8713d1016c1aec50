import type { FaceRecord, FrameFailure, FrameRecord, MaskRecord } from '../formats/records.ts';
import type { StoredMask } from '../stage/faces.ts';
import type { FaceInWork, FrameInWork } from '../stage/frame-in-work.ts';

/** What is recorded of a frame that went through the stage: its faces that were not rejected, in the detector's order. */
export function frameRecord(frame: FrameInWork, size: { width: number; height: number }): FrameRecord {
  const faces = frame.faces.filter(({ alignment }) => alignment !== null);
  const { index, key, videoMeta } = frame;
  return { index, key, ...size, faces: faces.map(faceRecord), ...(videoMeta && { videoMeta }) };
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

function faceRecord({ face, alignment, masks: stored, crop, given }: FaceInWork): FaceRecord {
  const { landmarks, pose } = alignment!;
  const masks = Object.fromEntries([...stored].map(([name, mask]) => [name, maskRecord(mask)]));
  return {
    box: face.box,
    score: face.score,
    landmarks,
    pose,
    masks,
    crop,
    ...(given && { identities: given.identities }),
    ...(given?.thumbnail && { thumbnail: given.thumbnail }),
  };
}

function maskRecord({ sizePx, centering, matrix, interpolator, zlib }: StoredMask): MaskRecord {
  return { size: sizePx, centering, matrix, interpolator, data: zlib };
}
