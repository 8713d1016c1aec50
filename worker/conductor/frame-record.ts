import { FACES_PREFIX } from '../formats/face-stem.ts';
import { FSA_VERSION } from '../formats/fsa/fsa-alignments.ts';
import { fsaFaceOfRecord } from '../formats/fsa/fsa-of-record.ts';
import type { FaceHeader, FaceSource } from '../formats/png-header/face-header.ts';
import type { FaceRecord, FrameFailure, FrameRecord, MaskRecord } from '../formats/records.ts';
import { roundedFace } from '../formats/rounded-face.ts';
import type { StoredMask } from '../stage/faces.ts';
import type { FaceInWork, FrameInWork } from '../stage/frame-in-work.ts';

/** What is recorded of a frame that went through the stage: its faces that were not rejected, in the detector's order. */
export function frameRecord(
  frame: Pick<FrameInWork, 'index' | 'key' | 'faces' | 'videoMeta'>,
  size: { width: number; height: number },
): FrameRecord {
  const { index, key, videoMeta } = frame;
  const faces = recordedFaces(frame).map(faceRecord);
  return { index, key, ...size, faces, ...(videoMeta && { videoMeta }) };
}

/** The header of a frame's `place`-th recorded face, with the very numbers of the record. */
export function faceHeader(
  frame: FrameInWork,
  place: number,
  cropKey: string,
  source: Pick<FaceSource, 'isVideo'>,
): FaceHeader {
  const record = roundedFace(faceRecord(recordedFaces(frame)[place]!), `${frame.key}: face ${place}`);
  return {
    face: { ...fsaFaceOfRecord(record), thumbnail: null },
    source: {
      ...source,
      version: FSA_VERSION,
      originalFilename: cropKey.slice(FACES_PREFIX.length),
      faceIndex: place,
      sourceFilename: frame.key,
      frameSize: frame.size,
    },
  };
}

/** What is recorded of a frame that failed. */
export function frameFailure(
  frame: Pick<FrameInWork, 'index' | 'key' | 'error' | 'failedPlugin'>,
): FrameFailure {
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

function recordedFaces({ faces }: Pick<FrameInWork, 'faces'>): FaceInWork[] {
  return faces.filter(({ alignment }) => alignment !== null);
}

function faceRecord({
  face,
  alignment,
  masks: stored,
  crop,
  thumbnail: made,
  given,
}: FaceInWork): FaceRecord {
  const { landmarks, pose } = alignment!;
  const thumbnail = made ?? given?.thumbnail;
  const masks = Object.fromEntries([...stored].map(([name, mask]) => [name, maskRecord(mask)]));
  return {
    box: face.box,
    score: face.score,
    landmarks,
    pose,
    masks,
    crop,
    ...(given && { identities: given.identities }),
    ...(thumbnail && { thumbnail }),
  };
}

function maskRecord({ sizePx, centering, matrix, interpolator, zlib }: StoredMask): MaskRecord {
  return { size: sizePx, centering, matrix, interpolator, data: zlib };
}
