import type { Landmarks } from '../../vision/types.ts';
import type { MaskRecord } from '../records.ts';
import type { PortableFace, PortableFrame } from './portable-frame.ts';

/**
 * A frame as a line of JSON without its line feed, numbers as exact as they are: with every field known and none beside those of
 * alignments.jsonl, the very bytes of its line there. What is not known is null; `identities`, `thumbnail` and `videoMeta` stand
 * there only when there are any.
 */
export function encodePortable({ index, key, size, faces, videoMeta }: PortableFrame): string {
  return JSON.stringify({
    index,
    key,
    width: size?.width ?? null,
    height: size?.height ?? null,
    faces: faces.map(faceLine),
    ...(videoMeta === null ? {} : { videoMeta }),
  });
}

function faceLine(face: PortableFace): object {
  const { box, score, landmarks, pose, masks, crop, identities, thumbnail } = face;
  const names = Object.keys(masks).sort();
  return {
    box: box && [box.x, box.y, box.w, box.h],
    score,
    landmarks: landmarks && pairs(landmarks),
    pose: pose && { pitch: pose.pitch, yaw: pose.yaw, roll: pose.roll },
    masks: Object.fromEntries(names.map((name) => [name, maskLine(masks[name]!)])),
    crop,
    ...(Object.keys(identities).length === 0 ? {} : { identities }),
    ...(thumbnail === null ? {} : { thumbnail: base64(thumbnail) }),
  };
}

function maskLine({ size, centering, matrix, interpolator, data }: MaskRecord): object {
  const [a, b, tx, c, d, ty] = matrix;
  return {
    size,
    centering,
    matrix: [
      [a, b, tx],
      [c, d, ty],
    ],
    interpolator,
    data: base64(data),
  };
}

/** Flat coordinates as points. */
export function pairs(landmarks: Landmarks): [number, number][] {
  return Array.from({ length: landmarks.length / 2 }, (_, i) => [landmarks[2 * i]!, landmarks[2 * i + 1]!]);
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
