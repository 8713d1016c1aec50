import { create } from '@bufbuild/protobuf';
import {
  type Face as FaceMessage,
  FaceSchema,
  type Mask as MaskMessage,
  MaskSchema,
} from '../../proto/gen/facefleet/v1/face_pb.ts';
import type { Matrix as MatrixMessage } from '../../proto/gen/facefleet/v1/geometry_pb.ts';
import { maxMaskBytes } from '../formats/encode-record.ts';
import { BOUNDS } from '../formats/records.ts';
import type { Alignment, FaceRejection, StoredMask } from '../stage/faces.ts';
import type { FaceInWork } from '../stage/frame-in-work.ts';
import type { Centering, Matrix } from '../vision/types.ts';
import { badMessage, finite, oneOf, present, within } from './check-field.ts';

type Given = NonNullable<FaceInWork['given']>;

const CENTERINGS: readonly Centering[] = ['legacy', 'face', 'head'];
const REJECTIONS: readonly FaceRejection[] = ['presence', 'features', 'scale', 'distance', 'roll'];
const LANDMARK_NUMBERS = 136;
const NONE = new Uint8Array(0);

/** A face as it rides in a message; every number comes out on the other side bit for bit. Masks ride inline. */
export function toFaceMessage(from: FaceInWork): FaceMessage {
  const { face, alignment, rejection, masks, crop, thumbnail, given } = from;
  return create(FaceSchema, {
    box: { ...face.box },
    score: face.score,
    rollDeg: face.rollDeg,
    ...(alignment === null ? {} : { alignment: toAlignment(alignment) }),
    rejection: rejection ?? '',
    masks: [...masks].map(([name, mask]) => toMaskMessage(name, mask)),
    crop: crop ?? '',
    thumbnail: thumbnail ?? NONE,
    ...(given === undefined ? {} : { given: toGiven(given) }),
  });
}

/** The face of a message. @throws FacefleetError FF6007 when a part is missing or out of bounds, or a mask lies elsewhere */
export function fromFaceMessage(message: FaceMessage, what: string): FaceInWork {
  const box = present(`${what}: box`, message.box);
  const { score, rollDeg, rejection, masks, crop, thumbnail, given } = message;
  finite(what, box.x, box.y, box.w, box.h, score, rollDeg);
  within(`${what}: number of masks`, masks.length, 0, BOUNDS.masks);
  return {
    face: { box: { x: box.x, y: box.y, w: box.w, h: box.h }, score, rollDeg },
    alignment: message.alignment ? fromAlignment(message.alignment, `${what}: alignment`) : null,
    rejection: rejection === '' ? null : oneOf(`${what}: rejection`, rejection, REJECTIONS),
    masks: new Map(masks.map((mask) => [mask.name, fromMaskMessage(mask, `${what}: mask`)])),
    crop: crop === '' ? null : crop,
    thumbnail: fromThumbnail(thumbnail, what),
    ...(given === undefined ? {} : { given: fromGiven(given, `${what}: given`) }),
  };
}

function toAlignment({ landmarks, pose, presence }: Alignment) {
  return { landmarks: [...landmarks], pose: { ...pose }, ...(presence === null ? {} : { presence }) };
}

function fromAlignment(message: NonNullable<FaceMessage['alignment']>, what: string): Alignment {
  const { landmarks, presence } = message;
  const { pitch, yaw, roll } = present(`${what}: pose`, message.pose);
  within(`${what}: landmark numbers`, landmarks.length, LANDMARK_NUMBERS, LANDMARK_NUMBERS);
  finite(what, ...landmarks, pitch, yaw, roll, presence ?? 0);
  return { landmarks: Float64Array.from(landmarks), pose: { pitch, yaw, roll }, presence: presence ?? null };
}

function toMaskMessage(name: string, mask: StoredMask): MaskMessage {
  const { sizePx, centering, interpolator, zlib } = mask;
  const [a, b, tx, c, d, ty] = mask.matrix;
  return create(MaskSchema, {
    name,
    sizePx,
    centering,
    matrix: { a, b, tx, c, d, ty },
    interpolator,
    data: {
      place: { case: 'inline', value: zlib },
      contentType: 'application/zlib',
      sizeBytes: zlib.length,
    },
  });
}

function fromMaskMessage(message: MaskMessage, what: string): StoredMask {
  const { name, sizePx, centering, interpolator, data } = message;
  within(`${what}: length of the name`, name.length, 1, BOUNDS.maskNameChars);
  within(`${what}: size`, sizePx, 1, BOUNDS.maskSizePx);
  within(`${what}: interpolator`, interpolator, 0, 3);
  if (data?.place.case !== 'inline') throw badMessage(what, 'its data is not in the message');
  within(`${what}: number of bytes`, data.place.value.length, 1, maxMaskBytes(sizePx));
  return {
    sizePx,
    centering: oneOf(`${what}: centering`, centering, CENTERINGS),
    matrix: fromMatrix(present(`${what}: matrix`, message.matrix), what),
    interpolator,
    zlib: data.place.value,
  };
}

function fromMatrix({ a, b, tx, c, d, ty }: MatrixMessage, what: string): Matrix {
  finite(what, a, b, tx, c, d, ty);
  return [a, b, tx, c, d, ty];
}

function toGiven({ identities, thumbnail }: Given) {
  return {
    identities: Object.entries(identities).map(([name, vector]) => ({ name, vector: [...vector] })),
    thumbnail: thumbnail ?? NONE,
  };
}

function fromGiven({ identities, thumbnail }: NonNullable<FaceMessage['given']>, what: string): Given {
  within(`${what}: number of identities`, identities.length, 0, BOUNDS.identities);
  for (const { name, vector } of identities) {
    within(`${what}: length of the name`, name.length, 1, BOUNDS.maskNameChars);
    within(`${what}: length of an identity`, vector.length, 1, BOUNDS.identityLength);
    finite(`${what}: identity`, ...vector);
  }
  return {
    identities: Object.fromEntries(identities.map(({ name, vector }) => [name, vector])),
    thumbnail: fromThumbnail(thumbnail, what),
  };
}

function fromThumbnail(bytes: Uint8Array, what: string): Uint8Array | null {
  within(`${what}: number of bytes of the thumbnail`, bytes.length, 0, BOUNDS.thumbnailBytes);
  return bytes.length === 0 ? null : bytes;
}
