import { z } from 'zod';
import { errorText, FacefleetError } from '../../errors/facefleet-error.ts';
import { identitiesSchema, maskOf, maskSchema, videoMetaSchema } from '../decode-record.ts';
import { BOUNDS } from '../records.ts';
import { MAX_MAGNITUDE } from '../round-decimals.ts';
import { MAX_POINTS, type PortableFace, type PortableFrame } from './portable-frame.ts';

const number = z.number().min(-MAX_MAGNITUDE).max(MAX_MAGNITUDE);
const whole = number.int();
const sidePx = z.number().int().min(1).max(BOUNDS.sidePx);
const text = (maxChars: number) =>
  z
    .string()
    .min(1)
    .max(maxChars)
    .refine((value) => value.isWellFormed(), 'it is not valid Unicode');
const MAX_BASE64_CHARS = Math.ceil(BOUNDS.thumbnailBytes / 3) * 4;

const face = z
  .strictObject({
    box: z.tuple([whole, whole, whole.min(0), whole.min(0)]).nullish(),
    score: number.nullish(),
    landmarks: z
      .array(z.tuple([number, number]))
      .min(1)
      .max(MAX_POINTS)
      .nullish(),
    pose: z.strictObject({ pitch: number, yaw: number, roll: number }).nullish(),
    masks: z
      .record(text(BOUNDS.maskNameChars), maskSchema)
      .refine((masks) => Object.keys(masks).length <= BOUNDS.masks, 'too many masks')
      .default({}),
    crop: text(1024).nullish(),
    identities: identitiesSchema.default({}),
    thumbnail: z.base64().min(1).max(MAX_BASE64_CHARS).nullish(),
  })
  .refine(({ box, landmarks }) => box || landmarks, 'neither box nor landmarks');

const frame = z
  .strictObject({
    index: z.number().int().min(0).max(BOUNDS.index).optional(),
    key: text(BOUNDS.keyChars),
    width: sidePx.nullish(),
    height: sidePx.nullish(),
    faces: z.array(face).max(BOUNDS.faces),
    videoMeta: videoMetaSchema.nullish(),
  })
  .refine(({ width, height }) => (width == null) === (height == null), 'width without height');

/**
 * Reads a line that `encodePortable` or `encodeRecord` wrote, or a hand-made one: only `key` and `faces` must be there.
 * Throws FF1201 with the field that is wrong.
 * @param index of the frame when the line has none
 * @param where names the file and line
 */
export function decodePortable(line: string, index: number, where: string): PortableFrame {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new FacefleetError('FF1201', `${where}: ${errorText(error)}`, { cause: error });
  }
  const parsed = frame.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join('.') ?? '';
    throw new FacefleetError('FF1201', `${where}: ${path ? `${path}: ` : ''}${issue?.message ?? 'no frame'}`);
  }
  const { key, width, height, faces, videoMeta } = parsed.data;
  return {
    index: parsed.data.index ?? index,
    key,
    size: width == null || height == null ? null : { width, height },
    faces: faces.map(faceOf),
    videoMeta: videoMeta ?? null,
  };
}

function faceOf(found: z.infer<typeof face>): PortableFace {
  const { box, landmarks, masks, thumbnail } = found;
  return {
    box: box ? { x: box[0], y: box[1], w: box[2], h: box[3] } : null,
    score: found.score ?? null,
    landmarks: landmarks ? Float64Array.from(landmarks.flat()) : null,
    pose: found.pose ?? null,
    masks: Object.fromEntries(Object.entries(masks).map(([mask, value]) => [mask, maskOf(value)])),
    identities: found.identities,
    thumbnail: thumbnail ? new Uint8Array(Buffer.from(thumbnail, 'base64')) : null,
    crop: found.crop ?? null,
  };
}
