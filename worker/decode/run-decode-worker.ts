import type { Logger } from 'pino';
import type { Delivery, Lane } from '../bus/bus.ts';
import type { Limits } from '../source/limits.ts';
import type { VideoPlace } from '../source/video-place.ts';
import { decodeTask } from './segment-message.ts';
import type { FrameOutlets } from './send-frame.ts';
import { SentRecord } from './sent-record.ts';
import { workOnSegment } from './work-on-segment.ts';

export interface DecodeWorkerOptions extends FrameOutlets {
  readonly extraction: string;
  /** The worker's own, of segments; two slots are right, for one segment in work and one that waits. */
  readonly lane: Lane;
  /** Where a video lies, by its key in the source. */
  open(video: string): VideoPlace;
  readonly limits: Pick<Limits, 'maxPixels'>;
  readonly log: Logger;
  /** Aborts: hand back what is in work, and end. */
  readonly signal: AbortSignal;
  /** Told of every frame that was sent. */
  onFrame?(outcome: 'decoded' | 'failed'): void;
}

/**
 * The life of a worker with the role `decode`: takes segments of videos from its lane, one at a time, and sends their frames in order to the
 * lanes of the pass's first stage, which hold it back when they are full. A segment is acked after its last frame was taken; a worker
 * that takes over from a dead one begins with about the frame at which that one stopped.
 *
 * Ends when the signal aborts, or the bus is closed.
 * @throws FacefleetError FF1104 and what the stores and the bus fail with; what was in work is handed back
 */
export async function runDecodeWorker(options: DecodeWorkerOptions): Promise<void> {
  const { lane, signal } = options;
  while (!signal.aborted) {
    const delivery = await lane.next({ signal }).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (delivery === null) return;
    await settle(delivery, options);
  }
}

async function settle(delivery: Delivery, options: DecodeWorkerOptions): Promise<void> {
  const { extraction, lane, store, log, signal, limits } = options;
  const heartbeat = setInterval(() => delivery.working(), lane.ackWaitMs / 3).unref();
  try {
    const task = decodeTask(delivery.payload, extraction);
    const record = new SentRecord(store, extraction, delivery.id);
    const { attempt } = delivery;
    const place = options.open(task.video);
    if (attempt > 1) log.info({ segment: delivery.id, attempt }, 'a segment is taken over');
    const sent = await workOnSegment({
      task,
      place,
      limits,
      attempt,
      record,
      outlets: options,
      signal,
      ...(options.onFrame && { onFrame: options.onFrame.bind(options) }),
    });
    if (await delivery.ack()) await record.remove();
    else await record.write({ sent, tries: 0 });
  } catch (thrown) {
    delivery.nak();
    if (!signal.aborted || thrown !== signal.reason) throw thrown;
  } finally {
    clearInterval(heartbeat);
  }
}
