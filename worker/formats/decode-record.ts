import { z } from 'zod';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { maxMaskBytes } from './encode-record.ts';
import { BOUNDS, type FaceRecord, type FrameFailure, type FrameRecord, type MaskRecord } from './records.ts';
import { MAX_MAGNITUDE } from './round-decimals.ts';

const int = (from: number, to: number) => z.number().int().min(from).max(to);
const number = z.number().min(-MAX_MAGNITUDE).max(MAX_MAGNITUDE);
const whole = number.int();
const row = z.tuple([number, number, number]);
const head = {
  index: int(0, BOUNDS.index),
  key: z.string().min(1).max(BOUNDS.keyChars),
};

/** A mask as lines hold it; `maskOf` makes a record of it. */
export const maskSchema = z
  .strictObject({
    size: int(1, BOUNDS.maskSizePx),
    centering: z.enum(['legacy', 'face', 'head']),
    matrix: z.tuple([row, row]),
    interpolator: int(0, 3),
    data: z.base64().min(1),
  })
  .refine(({ size, data }) => (data.length / 4) * 3 <= maxMaskBytes(size) + 2, 'the mask has too many bytes');

/** Embeddings as lines hold them. */
export const identitiesSchema = z
  .record(z.string().min(1).max(BOUNDS.maskNameChars), z.array(number).min(1).max(BOUNDS.identityLength))
  .refine((all) => Object.keys(all).length <= BOUNDS.identities, 'too many identities');

/** The place of a video's frame as lines hold it. */
export const videoMetaSchema = z.strictObject({ ptsTime: z.number().int(), keyframe: z.boolean() });

const face = z.strictObject({
  box: z.tuple([whole, whole, whole, whole]),
  score: number,
  landmarks: z.array(z.tuple([number, number])).length(68),
  pose: z.strictObject({ pitch: number, yaw: number, roll: number }),
  masks: z
    .record(z.string().min(1).max(BOUNDS.maskNameChars), maskSchema)
    .refine((masks) => Object.keys(masks).length <= BOUNDS.masks, 'too many masks'),
  crop: z.string().min(1).max(1024).nullable(),
  identities: identitiesSchema.optional(),
  thumbnail: z
    .base64()
    .min(1)
    .max(Math.ceil(BOUNDS.thumbnailBytes / 3) * 4)
    .optional(),
});

const record = z.strictObject({
  ...head,
  width: int(1, BOUNDS.sidePx),
  height: int(1, BOUNDS.sidePx),
  faces: z.array(face).max(BOUNDS.faces),
  videoMeta: videoMetaSchema.optional(),
});

const failure = z.strictObject({
  ...head,
  code: z.string().regex(/^FF\d{4}$/),
  message: z.string().max(BOUNDS.messageChars),
  plugin: z.string().max(BOUNDS.pluginChars).optional(),
});

/** Reads a line of alignments.jsonl. Throws FF4005 for anything that `encodeRecord` does not write. @param where names the file */
export function decodeRecord(line: string, where: string): FrameRecord {
  const { faces, videoMeta, ...rest } = parse(record, line, where);
  return { ...rest, faces: faces.map(faceOf), ...(videoMeta && { videoMeta }) };
}

/** Reads a line of failures.jsonl. Throws FF4005 for anything that `encodeFailure` does not write. @param where names the file */
export function decodeFailure(line: string, where: string): FrameFailure {
  const { plugin, ...rest } = parse(failure, line, where);
  return plugin === undefined ? rest : { ...rest, plugin };
}

function faceOf(found: z.infer<typeof face>): FaceRecord {
  const [x, y, w, h] = found.box;
  return {
    box: { x, y, w, h },
    score: found.score,
    landmarks: Float64Array.from(found.landmarks.flat()),
    pose: found.pose,
    masks: Object.fromEntries(Object.entries(found.masks).map(([name, value]) => [name, maskOf(value)])),
    crop: found.crop,
    ...(found.identities && { identities: found.identities }),
    ...(found.thumbnail === undefined ? {} : { thumbnail: bytesOf(found.thumbnail) }),
  };
}

/** The mask of a line. */
export function maskOf(found: z.infer<typeof maskSchema>): MaskRecord {
  const [[a, b, tx], [c, d, ty]] = found.matrix;
  return { ...found, matrix: [a, b, tx, c, d, ty], data: bytesOf(found.data) };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

function parse<T>(schema: z.ZodType<T>, line: string, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new FacefleetError('FF4005', `${where}: ${errorText(error)}`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new FacefleetError(
    'FF4005',
    `${where}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a record'}`,
    {
      cause: parsed.error,
    },
  );
}
