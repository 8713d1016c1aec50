import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type Segment_Run as RunMessage,
  type Segment_SeekPoint as SeekPointMessage,
  type Segment,
  type Segment_RunSchema,
  type Segment_SeekPointSchema,
  SegmentSchema,
} from '../../proto/gen/facefleet/v1/segment_pb.ts';
import { badMessage, within } from '../bus/check-field.ts';
import { errorText } from '../errors/facefleet-error.ts';
import { BOUNDS } from '../formats/records.ts';
import type { SeekPoint } from '../source/segments/seek-point.ts';
import type { VideoRun, VideoSegment } from '../source/segments/video-segment.ts';

/** What a decode worker is to do: a segment of a video, and what becomes of its frames. */
export interface DecodeTask {
  readonly extraction: string;
  /** 0-based pass of the plan. */
  readonly pass: number;
  /** Key of the video in the source. */
  readonly video: string;
  /** What the keys of the frames are made of (see `videoKey`). */
  readonly name: string;
  /** Index in the source of the video's first kept frame. */
  readonly baseIndex: number;
  readonly segment: VideoSegment;
  /** Whether a frame is not wanted; by its number among the kept frames of the video. */
  isDone(index: number): boolean;
  /** What the keys of a frame's crops are made of; by the same number. Null: the key without its extension. */
  stemOf(index: number): string | null;
  /** Part of the ids of messages: differs between conductors of one extraction. */
  readonly generation: string;
  /** How often the wanted frames were tried and failed before. */
  readonly failedAttempts: number;
}

/** The bytes of a task's message. Frames of the segment that `isDone` names stay out of it. */
export function encodeTask(task: DecodeTask): Uint8Array {
  const { segment, extraction, pass, video, name, baseIndex, generation, failedAttempts } = task;
  const { number, firstIndex, frames, everyN, step } = segment;
  const done = new Uint8Array(Math.ceil(frames / 8));
  const stems: string[] = [];
  for (let i = 0; i < frames; i++) {
    if (task.isDone(firstIndex + i)) done[i >> 3]! |= 1 << (i & 7);
    const stem = task.stemOf(firstIndex + i);
    if (stem !== null && stems.length === i) stems.push(stem);
  }
  const message = create(SegmentSchema, {
    extraction,
    pass,
    video,
    name,
    baseIndex,
    generation,
    failedAttempts,
    number,
    firstIndex,
    frames,
    everyN,
    step,
    runs: segment.runs.map(runMessage),
    done,
    stems,
  });
  return toBinary(SegmentSchema, message);
}

/** @throws FacefleetError FF6007 when it is no segment of this extraction */
export function decodeTask(payload: Uint8Array, extraction: string): DecodeTask {
  const message = parsed(payload);
  const { pass, video, name, baseIndex, generation, failedAttempts, done, stems } = message;
  const what = `segment ${message.number} of ${video}`;
  if (message.extraction !== extraction) throw badMessage(what, 'it belongs to another extraction');
  within(`${what}: length of the name`, name.length, 1, BOUNDS.keyChars);
  within(`${what}: every_n`, message.everyN, 1, BOUNDS.index);
  within(`${what}: step`, message.step, 1, message.everyN);
  within(`${what}: index`, baseIndex + message.firstIndex, 0, BOUNDS.index);
  within(`${what}: number of runs`, message.runs.length, 1, BOUNDS.index);
  const { number, firstIndex, frames, everyN, step } = message;
  const runs = message.runs.map((run) => runOf(run, what));
  return {
    extraction,
    pass,
    video,
    name,
    baseIndex,
    generation,
    failedAttempts,
    segment: { number, firstIndex, frames, everyN, step, runs },
    isDone: (index) => (((done[(index - firstIndex) >> 3] ?? 0) >> ((index - firstIndex) & 7)) & 1) === 1,
    stemOf: (index) => stems[index - firstIndex] ?? null,
  };
}

function parsed(payload: Uint8Array): Segment {
  try {
    return fromBinary(SegmentSchema, payload);
  } catch (error) {
    throw badMessage('a segment', errorText(error));
  }
}

function runMessage({ from, end, points }: VideoRun): MessageInitShape<typeof Segment_RunSchema> {
  return {
    ...(from && { from: pointMessage(from) }),
    ...(end !== null && { end }),
    points: points.map(pointMessage),
  };
}

function pointMessage({
  picture,
  packet,
  pts,
  dts,
  sizeBytes,
}: SeekPoint): MessageInitShape<typeof Segment_SeekPointSchema> {
  return { picture, packet, pts: BigInt(pts), ...(dts !== null && { dts: BigInt(dts) }), sizeBytes };
}

function runOf({ from, end, points }: RunMessage, what: string): VideoRun {
  return {
    from: from === undefined ? null : pointOf(from, what),
    end: end ?? null,
    points: points.map((point) => pointOf(point, what)),
  };
}

function pointOf({ picture, packet, pts, dts, sizeBytes }: SeekPointMessage, what: string): SeekPoint {
  for (const time of [pts, dts ?? 0n])
    if (!Number.isSafeInteger(Number(time))) throw badMessage(what, `${time} is no time`);
  return { picture, packet, pts: Number(pts), dts: dts === undefined ? null : Number(dts), sizeBytes };
}
