import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Landmarks, Matrix } from '../vision/types.ts';
import {
  BOUNDS,
  DECIMALS,
  type FaceRecord,
  type FrameFailure,
  type FrameRecord,
  type MaskRecord,
  type VideoMeta,
} from './records.ts';
import { MAX_MAGNITUDE, roundDecimals } from './round-decimals.ts';

/**
 * A line of alignments.jsonl, without its line feed. Equal records give equal bytes: keys in fixed order, masks by name, numbers
 * rounded by field. Throws FF3003 for a number that is not finite or a value out of bounds.
 */
export function encodeRecord(record: FrameRecord): string {
  const { index, key, width, height, faces, videoMeta } = record;
  within(key, 'index', index, 0, BOUNDS.index);
  within(key, 'key length', key.length, 1, BOUNDS.keyChars);
  within(key, 'width', width, 1, BOUNDS.sidePx);
  within(key, 'height', height, 1, BOUNDS.sidePx);
  within(key, 'number of faces', faces.length, 0, BOUNDS.faces);
  const encoded = faces.map((face, i) => encodeFace(face, `${key}: face ${i}`)).join(',');
  return `{"index":${index},"key":${JSON.stringify(key)},"width":${width},"height":${height},"faces":[${encoded}]${encodeVideoMeta(videoMeta, key)}}`;
}

/** A line of failures.jsonl, without its line feed; overlong texts are cut. Throws FF3003 for an index or key out of bounds. */
export function encodeFailure(failure: FrameFailure): string {
  const { index, key, code, message, plugin } = failure;
  within(key, 'index', index, 0, BOUNDS.index);
  within(key, 'key length', key.length, 1, BOUNDS.keyChars);
  return JSON.stringify({
    index,
    key,
    code,
    message: message.slice(0, BOUNDS.messageChars),
    ...(plugin === undefined ? {} : { plugin: plugin.slice(0, BOUNDS.pluginChars) }),
  });
}

function encodeFace(face: FaceRecord, what: string): string {
  const { x, y, w, h } = face.box;
  const box = [x, y, w, h].map((value) => roundDecimals(value, DECIMALS.box, `${what}: box`)).join(',');
  const score = roundDecimals(face.score, DECIMALS.score, `${what}: score`);
  const [pitch, yaw, roll] = [face.pose.pitch, face.pose.yaw, face.pose.roll].map((angle) =>
    roundDecimals(angle, DECIMALS.pose, `${what}: pose`),
  );
  const masks = encodeMasks(face.masks, what);
  return (
    `{"box":[${box}],"score":${score},"landmarks":[${encodeLandmarks(face.landmarks, what)}],` +
    `"pose":{"pitch":${pitch},"yaw":${yaw},"roll":${roll}},"masks":{${masks}},"crop":${JSON.stringify(face.crop)}${encodeIdentities(face.identities, what)}${encodeThumbnail(face.thumbnail, what)}}`
  );
}

function encodeVideoMeta(meta: VideoMeta | undefined, key: string): string {
  if (meta === undefined) return '';
  within(key, 'presentation time', meta.ptsTime, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return `,"videoMeta":{"ptsTime":${meta.ptsTime},"keyframe":${meta.keyframe}}`;
}

function encodeIdentities(identities: FaceRecord['identities'], what: string): string {
  const names = Object.keys(identities ?? {}).sort();
  if (names.length === 0) return '';
  within(what, 'number of identities', names.length, 0, BOUNDS.identities);
  const encoded = names.map((name) => {
    const vector = identities![name]!;
    within(what, 'length of an identity name', name.length, 1, BOUNDS.maskNameChars);
    within(what, 'length of an identity', vector.length, 1, BOUNDS.identityLength);
    if (!vector.every((value) => Math.abs(value) <= MAX_MAGNITUDE))
      throw new FacefleetError('FF3003', `${what}: identity ${name} has a number beyond ±${MAX_MAGNITUDE}`);
    return `${JSON.stringify(name)}:${JSON.stringify(vector)}`;
  });
  return `,"identities":{${encoded.join(',')}}`;
}

function encodeThumbnail(thumbnail: Uint8Array | undefined, what: string): string {
  if (thumbnail === undefined) return '';
  within(what, 'number of bytes of the thumbnail', thumbnail.length, 1, BOUNDS.thumbnailBytes);
  return `,"thumbnail":"${base64(thumbnail)}"`;
}

function encodeLandmarks(landmarks: Landmarks, where: string): string {
  within(where, 'number of landmark coordinates', landmarks.length, 136, 136);
  const what = `${where}: landmarks`;
  let text = '';
  for (let i = 0; i < 136; i += 2) {
    const x = roundDecimals(landmarks[i] ?? Number.NaN, DECIMALS.landmarks, what);
    const y = roundDecimals(landmarks[i + 1] ?? Number.NaN, DECIMALS.landmarks, what);
    text += i === 0 ? `[${x},${y}]` : `,[${x},${y}]`;
  }
  return text;
}

function encodeMasks(masks: FaceRecord['masks'], what: string): string {
  const names = Object.keys(masks).sort();
  within(what, 'number of masks', names.length, 0, BOUNDS.masks);
  return names
    .map((name) => {
      within(what, 'length of a mask name', name.length, 1, BOUNDS.maskNameChars);
      return `${JSON.stringify(name)}:${encodeMask(masks[name] as MaskRecord, `${what}: mask ${name}`)}`;
    })
    .join(',');
}

function encodeMask(mask: MaskRecord, what: string): string {
  within(what, 'size', mask.size, 1, BOUNDS.maskSizePx);
  within(what, 'interpolator', mask.interpolator, 0, 3);
  within(what, 'number of bytes', mask.data.length, 1, maxMaskBytes(mask.size));
  const [a, b, tx, c, d, ty] = mask.matrix.map((value) =>
    roundDecimals(value, DECIMALS.matrix, `${what}: matrix`),
  ) as unknown as Matrix;
  return (
    `{"size":${mask.size},"centering":"${mask.centering}","matrix":[[${a},${b},${tx}],[${c},${d},${ty}]],` +
    `"interpolator":${mask.interpolator},"data":"${base64(mask.data)}"}`
  );
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** More than zlib makes of size² bytes that do not compress (zlib.h: deflateBound). */
export function maxMaskBytes(sizePx: number): number {
  return Math.ceil(sizePx * sizePx * 1.01) + 1024;
}

function within(what: string, field: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new FacefleetError('FF3003', `${what}: ${field} is ${value}, not an integer from ${from} to ${to}`);
}
