import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { FrameSchema } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import { StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Bus, Lane } from '../../bus/bus.ts';
import { toFaceMessage } from '../../bus/face-message.ts';
import { packFrame, packResult, tmpPrefix } from '../../cluster/claim-check.ts';
import type { FacefleetError } from '../../errors/facefleet-error.ts';
import type { Store } from '../../store/store.ts';
import type { FrameInWork } from '../frame-in-work.ts';
import type { Ticket } from './frame-intake.ts';

export interface AnswerOptions {
  readonly bus: Bus;
  /** Of the output. */
  readonly store: Store;
  readonly results: Lane;
  /** Of the pass's next stage; null when this is the last. */
  readonly next: readonly Lane[] | null;
  /** Name of the worker. */
  readonly worker: string;
}

/**
 * Passes a frame that went through the stage on: to the next stage while there is more to do on it, otherwise to the conductor. Its crops are
 * in the store. Returns when the bus has it.
 */
export async function passOnFrame(ticket: Ticket, frame: FrameInWork, options: AnswerOptions): Promise<void> {
  if (frame.error !== null) {
    await answerFailed(ticket, frame.error, frame.failedPlugin, options);
    return;
  }
  const { width, height } = frame.size!;
  const faces = frame.faces.map(toFaceMessage);
  const { videoMeta } = ticket.frame;
  if (options.next === null || faces.length === 0) {
    const found = { width, height, faces, ...(videoMeta && { videoMeta }) };
    await answer(ticket, { outcome: { case: 'found', value: found } }, options);
    return;
  }
  const { bus, store, next } = options;
  const onward = create(FrameSchema, { ...ticket.frame, width, height, faces });
  const key = `${tmpPrefix(onward.extraction)}onward-${ticket.delivery.id}-${options.worker}`;
  const payload = await packFrame(onward, key, { store, limitBytes: bus.maxPayloadBytes });
  await bus.send(next, { id: ticket.delivery.id, payload });
}

/** Tells the conductor that a frame failed. */
export async function answerFailed(
  ticket: Ticket,
  { code, detail }: FacefleetError,
  plugin: string | null,
  options: AnswerOptions,
): Promise<void> {
  const failed = { code, message: detail, plugin: plugin ?? '' };
  await answer(ticket, { outcome: { case: 'failed', value: failed } }, options);
}

async function answer(
  { frame, delivery, takenMs }: Ticket,
  { outcome }: Pick<MessageInitShape<typeof StageResultSchema>, 'outcome'>,
  { bus, store, results, worker }: AnswerOptions,
): Promise<void> {
  const { extraction, pass, index, key, temporaries } = frame;
  const result = create(StageResultSchema, {
    extraction,
    pass,
    index,
    key,
    worker,
    temporaries,
    workMs: { stage: performance.now() - takenMs },
    ...(outcome && { outcome }),
  });
  // of this delivery alone: the lane may have taken an earlier result, which the conductor has yet to read
  const whole = `${tmpPrefix(extraction)}result-${delivery.id}-${worker}-${delivery.attempt}`;
  const payload = await packResult(result, whole, { store, limitBytes: bus.maxPayloadBytes });
  await bus.send([results], { id: delivery.id, payload });
}
