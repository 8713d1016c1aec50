import { pairs } from '../portable/encode-portable.ts';
import type { PortableFace, PortableFrame } from '../portable/portable-frame.ts';

/**
 * The pieces of faceswap's JSON for import: one object with an entry per frame, one entry per line.
 * @see decodeFaces for the form of an entry
 */
export async function* encodeFaces(frames: AsyncIterable<PortableFrame>): AsyncGenerator<string> {
  yield '{';
  let separator = '\n';
  for await (const { key, faces } of frames) {
    yield `${separator}${JSON.stringify(key)}:${JSON.stringify(faces.flatMap(faceEntry))}`;
    separator = ',\n';
  }
  yield '\n}\n';
}

function faceEntry({ box, landmarks }: PortableFace): object[] {
  if (!box && !landmarks) return [];
  return [
    {
      ...(box && { detected: [box.x, box.y, box.x + box.w, box.y + box.h] }),
      ...(landmarks && { landmarks_2d: pairs(landmarks) }),
    },
  ];
}
