import { z } from 'zod';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { roundHalfEven } from '../../vision/round.ts';
import { MAX_POINTS, type PortableFace, type PortableFrame } from '../portable/portable-frame.ts';
import { BOUNDS } from '../records.ts';
import { MAX_MAGNITUDE } from '../round-decimals.ts';
import type { JsonEntry } from './json-entries.ts';

const number = z.number().min(-MAX_MAGNITUDE).max(MAX_MAGNITUDE);
const key = z
  .string()
  .min(1)
  .max(BOUNDS.keyChars)
  .refine((value) => value.isWellFormed(), 'it is not valid Unicode');
const face = z
  .object({
    detected: z.tuple([number, number, number, number]).nullish(),
    landmarks_2d: z
      .array(z.tuple([number, number]))
      .min(1)
      .max(MAX_POINTS)
      .nullish(),
  })
  .refine(({ detected, landmarks_2d }) => detected || landmarks_2d, 'neither detected nor landmarks_2d')
  .refine(
    ({ detected: box }) => !box || (box[0] <= box[2] && box[1] <= box[3]),
    'detected is not left, top, right, bottom',
  );
const faces = z.array(face).max(BOUNDS.faces);

/**
 * A frame of faceswap's JSON for import: `"frame_0001.png": [{"detected": [l, t, r, b], "landmarks_2d": [[x, y], …]}, …]`,
 * pixels, origin at the top left. One of the two fields may be missing, further ones are passed over; boxes become whole pixels.
 * Throws FF1201 with the field that is wrong.
 * @param index place of the entry in the file
 * @param where names the file
 */
export function decodeFaces(entry: JsonEntry, index: number, where: string): PortableFrame {
  const name = key.safeParse(entry.key);
  const parsed = faces.safeParse(entry.value);
  if (!name.success || !parsed.success) {
    const issue = (name.error ?? parsed.error)?.issues[0];
    const path = [entry.key.slice(0, 200), ...(issue?.path ?? [])].join('.');
    throw new FacefleetError('FF1201', `${where}: ${path}: ${issue?.message ?? 'no faces'}`);
  }
  return { index, key: entry.key, size: null, faces: parsed.data.map(faceOf), videoMeta: null };
}

function faceOf({ detected, landmarks_2d: points }: z.infer<typeof face>): PortableFace {
  return {
    box: detected ? boxOf(detected) : null,
    score: null,
    landmarks: points ? Float64Array.from(points.flat()) : null,
    pose: null,
    masks: {},
    identities: {},
    thumbnail: null,
    crop: null,
  };
}

function boxOf(detected: readonly [number, number, number, number]): PortableFace['box'] {
  const [l, t, r, b] = detected.map(roundHalfEven) as [number, number, number, number];
  return { x: l, y: t, w: r - l, h: b - t };
}
