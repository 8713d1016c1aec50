import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { FrameSchema } from '../../proto/gen/facefleet/v1/frame_pb.ts';
import {
  type Segment_Run as RunMessage,
  type Segment_SeekPoint as SeekPointMessage,
  type Segment,
  type Segment_RunSchema,
  type Segment_SeekPointSchema,
  SegmentSchema,
} from '../../proto/gen/facefleet/v1/segment_pb.ts';
import { badMessage, within } from '../bus/check-field.ts';
import { BOUNDS } from '../formats/records.ts';
import type { SeekPoint } from '../source/segments/seek-point.ts';
import type { VideoRun } from '../source/segments/video-segment.ts';
import type { DecodeTask, FoundBefore } from './decode-task.ts';

/** A task as a message. Frames of the segment that `isDone` names stay out of it. */
export function toSegmentMessage(task: DecodeTask): Segment {
  const { segment, extraction, pass, video, name, baseIndex, generation, failedAttempts, sends } = task;
  const { number, firstIndex, frames, everyN, step } = segment;
  const done = new Uint8Array(Math.ceil(frames / 8));
  const stems: string[] = [];
  const given: MessageInitShape<typeof FrameSchema>[] = [];
  for (let i = 0; i < frames; i++) {
    const found = task.foundBefore(firstIndex + i);
    if (task.isDone(firstIndex + i)) done[i >> 3]! |= 1 << (i & 7);
    else if (found !== null) given.push({ ...found, faces: [...found.faces], index: firstIndex + i });
    const stem = task.stemOf(firstIndex + i);
    if (stem !== null && stems.length === i) stems.push(stem);
  }
  return create(SegmentSchema, {
    extraction,
    pass,
    video,
    name,
    baseIndex,
    generation,
    failedAttempts,
    sends,
    number,
    firstIndex,
    frames,
    everyN,
    step,
    runs: segment.runs.map(runMessage),
    done,
    stems,
    given,
  });
}

/** @throws FacefleetError FF6007 when it is no segment of this extraction */
export function fromSegmentMessage(message: Segment, extraction: string): DecodeTask {
  const { pass, video, name, baseIndex, generation, failedAttempts, sends, done, stems, given } = message;
  const what = `segment ${message.number} of ${video}`;
  if (message.extraction !== extraction) throw badMessage(what, 'it belongs to another extraction');
  within(`${what}: length of the name`, name.length, 1, BOUNDS.keyChars);
  within(`${what}: every_n`, message.everyN, 1, BOUNDS.index);
  within(`${what}: step`, message.step, 1, message.everyN);
  within(`${what}: index`, baseIndex + message.firstIndex, 0, BOUNDS.index);
  within(`${what}: number of runs`, message.runs.length, 1, BOUNDS.index);
  const { number, firstIndex, frames, everyN, step } = message;
  const runs = message.runs.map((run) => runOf(run, what));
  const before = new Map<number, FoundBefore>(given.map((found) => [found.index, found]));
  return {
    extraction,
    pass,
    video,
    name,
    baseIndex,
    generation,
    failedAttempts,
    sends,
    segment: { number, firstIndex, frames, everyN, step, runs },
    isDone: (index) => (((done[(index - firstIndex) >> 3] ?? 0) >> ((index - firstIndex) & 7)) & 1) === 1,
    stemOf: (index) => stems[index - firstIndex] ?? null,
    foundBefore: (index) => before.get(index) ?? null,
  };
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
