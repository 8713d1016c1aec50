import { hash } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Content, ContentSchema } from '../../proto/gen/facefleet/v1/content_pb.ts';
import { type Frame, FrameSchema } from '../../proto/gen/facefleet/v1/frame_pb.ts';
import { type Segment, SegmentSchema } from '../../proto/gen/facefleet/v1/segment_pb.ts';
import { type StageResult, StageResultSchema } from '../../proto/gen/facefleet/v1/stage_result_pb.ts';
import { decodeFrame, decodeStageResult } from '../bus/decode-message.ts';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { Store } from '../store/store.ts';

/** What the keys of objects start with that are only needed while an extraction runs. */
export function tmpPrefix(extraction: string): string {
  return `tmp/${extraction}/`;
}

/** Where messages that do not fit are put. */
export interface ClaimCheck {
  readonly store: Store;
  /** Of one message on the bus, in bytes. */
  readonly limitBytes: number;
}

/**
 * The bytes of a frame's message. One that does not fit is put into the store as a whole, and the message says where.
 * @param key of that object
 * @throws FacefleetError FF4001
 */
export async function packFrame(frame: Frame, key: string, check: ClaimCheck): Promise<Uint8Array> {
  const bytes = toBinary(FrameSchema, frame);
  if (bytes.length <= check.limitBytes) return bytes;
  const { extraction, pass, index } = frame;
  const whole = await putWhole(bytes, key, check.store);
  return toBinary(FrameSchema, create(FrameSchema, { extraction, pass, index, whole }));
}

/** As `packFrame`, of a result. */
export async function packResult(result: StageResult, key: string, check: ClaimCheck): Promise<Uint8Array> {
  const bytes = toBinary(StageResultSchema, result);
  if (bytes.length <= check.limitBytes) return bytes;
  const { extraction, pass, index } = result;
  const whole = await putWhole(bytes, key, check.store);
  return toBinary(StageResultSchema, create(StageResultSchema, { extraction, pass, index, whole }));
}

/** As `packFrame`, of a segment of a video. */
export async function packSegment(segment: Segment, key: string, check: ClaimCheck): Promise<Uint8Array> {
  const bytes = toBinary(SegmentSchema, segment);
  if (bytes.length <= check.limitBytes) return bytes;
  const { extraction, pass, number } = segment;
  const whole = await putWhole(bytes, key, check.store);
  return toBinary(SegmentSchema, create(SegmentSchema, { extraction, pass, number, whole }));
}

/**
 * The frame of a message. The object that it lay in is among its `temporaries`.
 * @throws FacefleetError FF6007 for bytes that are no frame, and for one that does not lie in the store any more; FF4006 when it cannot be read there
 */
export async function unpackFrame(bytes: Uint8Array, extraction: string, store: Store): Promise<Frame> {
  const { whole } = parsed(() => fromBinary(FrameSchema, bytes), 'a frame');
  if (whole === undefined) return decodeFrame(bytes, extraction);
  const { key, content } = await wholeOf(whole, store);
  const frame = decodeFrame(content, extraction);
  frame.temporaries.push(key);
  return frame;
}

/** @throws FacefleetError as `unpackFrame` */
export async function unpackResult(
  bytes: Uint8Array,
  extraction: string,
  store: Store,
): Promise<StageResult> {
  const { whole } = parsed(() => fromBinary(StageResultSchema, bytes), 'a result');
  if (whole === undefined) return decodeStageResult(bytes, extraction);
  const { key, content } = await wholeOf(whole, store);
  const result = decodeStageResult(content, extraction);
  result.temporaries.push(key);
  return result;
}

/** As `unpackFrame`; its fields are not checked. */
export async function unpackSegment(bytes: Uint8Array, store: Store): Promise<Segment> {
  const segment = parsed(() => fromBinary(SegmentSchema, bytes), 'a segment');
  if (segment.whole === undefined) return segment;
  const { content } = await wholeOf(segment.whole, store);
  return parsed(() => fromBinary(SegmentSchema, content), 'a segment');
}

/** What can be read of a frame that `unpackFrame` refuses with FF6007: nothing in it has been checked. Null when it is none at all. */
export function headOfFrame(bytes: Uint8Array): Frame | null {
  try {
    return fromBinary(FrameSchema, bytes);
  } catch {
    return null;
  }
}

/** As `headOfFrame`, of a result. */
export function headOfResult(bytes: Uint8Array): StageResult | null {
  try {
    return fromBinary(StageResultSchema, bytes);
  } catch {
    return null;
  }
}

async function putWhole(bytes: Uint8Array, key: string, store: Store): Promise<Content> {
  await store.put(key, bytes);
  return create(ContentSchema, {
    place: { case: 'reference', value: { store: 'output', key, sha256: hash('sha256', bytes) } },
    contentType: 'application/x-protobuf',
    sizeBytes: bytes.length,
  });
}

async function wholeOf(
  { place }: Content,
  store: Store,
): Promise<{ readonly key: string; readonly content: Uint8Array }> {
  if (place.case !== 'reference') throw new FacefleetError('FF6007', 'a message that lies nowhere');
  const { key, sha256 } = place.value;
  const content = await presentObject(store, key);
  if (sha256 !== '' && hash('sha256', content) !== sha256)
    throw new FacefleetError('FF6007', `${key}: its sha256 is another one`);
  return { key, content };
}

/** @throws FacefleetError FF6007 when it is not there: it is taken away once its frame has a record */
async function presentObject(store: Store, key: string): Promise<Uint8Array> {
  try {
    return await store.get(key);
  } catch (error) {
    if (error instanceof FacefleetError && error.code === 'FF4006' && (await store.head(key)) === null)
      throw new FacefleetError('FF6007', `${key}: it is gone`, { cause: error });
    throw error;
  }
}

function parsed<T>(parse: () => T, what: string): T {
  try {
    return parse();
  } catch (error) {
    throw new FacefleetError('FF6007', `it is not ${what}: ${errorText(error)}`, { cause: error });
  }
}
