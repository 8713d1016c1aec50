import type { Logger } from 'pino';
import type { Delivery, Lane } from '../bus/bus.ts';
import { unpackSegment } from '../cluster/claim-check.ts';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Limits } from '../source/limits.ts';
import type { VideoPlace } from '../source/video-place.ts';
import { type ConductorOrders, PAUSED, SUPERSEDED } from './conductor-orders.ts';
import type { DecodeTask } from './decode-task.ts';
import { fromSegmentMessage } from './segment-message.ts';
import type { FrameOutlets } from './send-frame.ts';
import { SentRecord } from './sent-record.ts';
import { workOnSegment } from './work-on-segment.ts';

export interface DecodeWorkerOptions extends Omit<FrameOutlets, 'next'> {
  readonly extraction: string;
  /** The worker's own, of segments; two slots are right, for one segment in work and one that waits. */
  readonly lane: Lane;
  /** The lanes of a pass's first stage. */
  nextOf(pass: number): Promise<readonly Lane[]>;
  /** Where a video lies, by its key in the source. */
  open(video: string): VideoPlace;
  readonly limits: Pick<Limits, 'maxPixels'>;
  /** Deaths with a frame, alone, after which it is given up. */
  readonly crashes: number;
  readonly orders: ConductorOrders;
  readonly log: Logger;
  /** Aborts: hand back what is in work, and end. */
  readonly signal: AbortSignal;
  /** Told of every frame that was sent. */
  onFrame?(outcome: 'decoded' | 'failed'): void;
}

/**
 * The life of a worker with the role `decode`: takes segments of videos from its lane, one at a time, and sends their frames in order to the
 * lanes of the pass's first stage, which hold it back when they are full. A segment is acked after its last frame was taken; a worker
 * that takes over from a dead one begins with about the frame at which that one stopped. A segment that a conductor has sent anew is
 * dropped.
 *
 * Ends when the signal aborts, or the bus is closed.
 * @throws FacefleetError FF1104 and what the stores and the bus fail with; what was in work is handed back
 */
export async function runDecodeWorker(options: DecodeWorkerOptions): Promise<void> {
  const { lane, orders, signal } = options;
  while (!signal.aborted) {
    await orders.whenRunning(signal);
    const delivery = await lane.next({ signal }).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (delivery === null) return;
    const heartbeat = setInterval(() => delivery.working(), lane.ackWaitMs / 3).unref();
    try {
      await settle(delivery, options);
    } finally {
      clearInterval(heartbeat);
    }
  }
}

async function settle(delivery: Delivery, options: DecodeWorkerOptions): Promise<void> {
  const { extraction, store, orders, signal } = options;
  const record = new SentRecord(store, extraction, delivery.id);
  let left: AbortSignal | null = null;
  try {
    const task = await taskOf(delivery, options);
    if (task === null) return;
    left = orders.begin(task.generation);
    const sent = await decode(task, delivery, record, options, AbortSignal.any([signal, left]));
    if (await delivery.ack()) await record.remove();
    else await record.write({ sent, tries: 0 });
  } catch (thrown) {
    if (thrown === SUPERSEDED && left?.aborted) {
      await delivery.ack();
      await record.remove();
      return;
    }
    delivery.nak();
    if (left?.aborted && thrown === PAUSED) return;
    if (!signal.aborted || thrown !== signal.reason) throw thrown;
  } finally {
    orders.end();
  }
}

/** What a message asks for; null for one that cannot be read: it is dropped, and sent again when its frames are missed. */
async function taskOf(
  delivery: Delivery,
  { extraction, store, log }: DecodeWorkerOptions,
): Promise<DecodeTask | null> {
  try {
    return fromSegmentMessage(await unpackSegment(delivery.payload, store), extraction);
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF6007') throw error;
    log.error(error.message);
    await delivery.ack();
    return null;
  }
}

async function decode(
  task: DecodeTask,
  { id, attempt }: Delivery,
  record: SentRecord,
  options: DecodeWorkerOptions,
  signal: AbortSignal,
): Promise<number> {
  const { limits, crashes, log } = options;
  signal.throwIfAborted();
  if (attempt > 1) log.info({ segment: id, attempt }, 'a segment is taken over');
  return await workOnSegment({
    task,
    place: options.open(task.video),
    limits,
    attempt,
    crashes,
    record,
    outlets: { ...options, next: await options.nextOf(task.pass) },
    signal,
    ...(options.onFrame && { onFrame: options.onFrame.bind(options) }),
  });
}
