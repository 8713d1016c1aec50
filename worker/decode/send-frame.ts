import { create } from '@bufbuild/protobuf';
import { FrameSchema } from '../../proto/gen/facefleet/v1/frame_pb.ts';
import { StageResultSchema } from '../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Bus, Lane } from '../bus/bus.ts';
import { packFrame, packResult, tmpPrefix } from '../cluster/claim-check.ts';
import { pixelBytes, placeImage, RAW_RGB } from '../conductor/cluster/frame-image.ts';
import type { SegmentEnd, SegmentFrame } from '../source/segments/decode-segment.ts';
import { videoKey } from '../source/video-key.ts';
import type { Store } from '../store/store.ts';
import type { DecodeTask } from './decode-task.ts';

/** Where decoded frames go. */
export interface FrameOutlets {
  readonly bus: Bus;
  /** Of the pass's first stage. */
  readonly next: readonly Lane[];
  readonly results: Lane;
  /** The output, for images that do not fit a message. */
  readonly store: Store;
  /** Largest image that rides in a message, bytes; 0 = none. */
  readonly inlineBytes: number;
  /** Name of the worker. */
  readonly worker: string;
}

/**
 * Sends a frame to the roomiest lane of the first stage, or its failure to the conductor. Returns when the bus has it.
 * @throws FacefleetError FF4001, FF6001 to FF6006; the signal's reason when aborted
 */
export async function sendFrame(
  task: DecodeTask,
  { index: place, number, input }: SegmentFrame,
  outlets: FrameOutlets,
  signal: AbortSignal,
): Promise<void> {
  const { extraction, pass, failedAttempts } = task;
  const { bus, next, results, store, worker } = outlets;
  const index = task.baseIndex + place;
  const key = videoKey(task.name, number);
  const id = `${idPrefix(task)}-${index}-${failedAttempts}`;
  const check = { store, limitBytes: bus.maxPayloadBytes };
  if (input.kind === 'pixels') {
    const { width, height } = input.image;
    const image = await placeImage(pixelBytes(input.image), RAW_RGB, index, { extraction, ...outlets });
    const stem = task.stemOf(place) ?? key.slice(0, key.length - extensionBytes(key));
    const frame = create(FrameSchema, {
      extraction,
      pass,
      index,
      key,
      image,
      width,
      height,
      faces: [...(task.foundBefore(place)?.faces ?? [])],
      failedAttempts,
      stem,
    });
    const payload = await packFrame(frame, `${tmpPrefix(extraction)}frame-${pass}-${index}`, check);
    await bus.send(next, { id, payload }, { signal });
    return;
  }
  if (input.kind !== 'failure') throw new TypeError(`${key} is no picture of a video`);
  const failed = { code: input.error.code, message: input.error.detail, plugin: '' };
  const outcome = { case: 'failed', value: failed } as const;
  const result = create(StageResultSchema, { extraction, pass, index, key, worker, outcome });
  const payload = await packResult(result, `${tmpPrefix(extraction)}result-${id}-${worker}`, check);
  await bus.send([results], { id, payload }, { signal });
}

/**
 * Tells the conductor that the video ended before the end of its segment. Returns when the bus has it.
 * @throws FacefleetError as `sendFrame`
 */
export async function sendVideoEnd(
  task: DecodeTask,
  { frames, failure }: SegmentEnd,
  { bus, results, store, worker }: Omit<FrameOutlets, 'next'>,
  signal: AbortSignal,
): Promise<void> {
  const { extraction, pass, segment } = task;
  const last = Math.max(0, frames - 1);
  const key = videoKey(task.name, last * segment.everyN + 1);
  const failed = failure && { code: failure.code, message: failure.detail, plugin: '' };
  const end = { frames, ...(failed && { failure: failed }) };
  const outcome = { case: 'videoEnd', value: end } as const;
  const result = create(StageResultSchema, {
    extraction,
    pass,
    index: task.baseIndex + last,
    key,
    worker,
    outcome,
  });
  const id = `${idPrefix(task)}-end-${segment.number}`;
  const check = { store, limitBytes: bus.maxPayloadBytes };
  const payload = await packResult(result, `${tmpPrefix(extraction)}result-${id}-${worker}`, check);
  await bus.send([results], { id, payload }, { signal });
}

function idPrefix({ generation, pass, sends }: DecodeTask): string {
  return `${generation}-${pass}-d${sends}`;
}

function extensionBytes(key: string): number {
  const dot = key.lastIndexOf('.');
  return dot > key.lastIndexOf('/') + 1 ? key.length - dot : 0;
}
