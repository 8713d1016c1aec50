import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Limits } from '../source/limits.ts';
import { decodeSegment, type SegmentEnd } from '../source/segments/decode-segment.ts';
import { videoKey } from '../source/video-key.ts';
import type { VideoPlace } from '../source/video-place.ts';
import type { DecodeTask } from './decode-task.ts';
import { type FrameOutlets, sendFrame, sendVideoEnd } from './send-frame.ts';
import type { Sent, SentRecord } from './sent-record.ts';

/** How often it is noted what was sent. */
const NOTE_EVERY_MS = 1000;
/** From this delivery of a segment on its frames are taken with care: earlier workers may have died of one. */
const CAREFUL_FROM_ATTEMPT = 3;
/** A decoded frame that is on its way for so long waits for room. */
const WAITS_AFTER_MS = 1000;

export interface SegmentWork {
  readonly task: DecodeTask;
  readonly place: VideoPlace;
  readonly limits: Pick<Limits, 'maxPixels'>;
  /** How often the segment was handed out, this time included. */
  readonly attempt: number;
  /** Deaths with a frame, alone, after which it is given up. */
  readonly crashes: number;
  readonly record: SentRecord;
  readonly outlets: FrameOutlets;
  readonly signal: AbortSignal;
  /** Told of every frame that was sent. */
  onFrame?(outcome: 'decoded' | 'failed'): void;
}

/**
 * Decodes a segment and sends its frames on, those left out that an earlier worker sent. A frame that several workers died of ends the
 * video as damage does, with FF1012.
 * @returns the number after that of the last frame, among the kept ones of the video
 * @throws FacefleetError as `decodeSegment` and `sendFrame`; the signal's reason when aborted
 */
export async function workOnSegment(work: SegmentWork): Promise<number> {
  const { task, place, limits, attempt, crashes, record, outlets, signal, onFrame } = work;
  const earlier = attempt > 1 ? await record.read() : { sent: 0, tries: 0 };
  if (earlier.tries >= crashes) {
    await sendVideoEnd(task, deadly(task, earlier), outlets, signal);
    onFrame?.('failed');
    return earlier.sent + 1;
  }
  const isDone = (index: number): boolean => index < earlier.sent || task.isDone(index);
  const care = attempt >= CAREFUL_FROM_ATTEMPT ? new Care(work, earlier) : null;
  let sent = earlier.sent;
  let notedMs = performance.now();
  const frames = decodeSegment(place, task.segment, { limits, signal, isDone });
  try {
    await care?.before(firstWanted(task, isDone));
    let next = await frames.next();
    for (; !next.done; next = await frames.next()) {
      const frame = next.value;
      const sending = sendFrame(task, frame, outlets, signal);
      await (care?.while(sending) ?? sending);
      onFrame?.(frame.input.kind === 'pixels' ? 'decoded' : 'failed');
      sent = frame.index + 1;
      if (care !== null) await care.before(sent);
      else if (performance.now() - notedMs > NOTE_EVERY_MS) {
        await record.write({ sent, tries: 0 });
        notedMs = performance.now();
      }
    }
    const end = next.value;
    if (end !== null) await sendVideoEnd(task, end, outlets, signal);
    if (end?.failure) onFrame?.('failed');
    return sent;
  } catch (thrown) {
    // to be stopped is no death, and neither is a bus that went away
    await care?.spare().catch(() => {});
    if (care === null && sent > earlier.sent) await record.write({ sent, tries: 0 }).catch(() => {});
    throw thrown;
  } finally {
    await frames.return(null);
  }
}

/** Notes before each frame that it is tried. */
class Care {
  readonly #record: SentRecord;
  #now: Sent;
  #isSpared = false;

  constructor({ record }: SegmentWork, earlier: Sent) {
    this.#record = record;
    this.#now = earlier;
  }

  async before(index: number): Promise<void> {
    this.#now = { sent: index, tries: index === this.#now.sent ? this.#now.tries + 1 : 1 };
    this.#isSpared = false;
    await this.#record.write(this.#now);
  }

  /** The frame was decoded and is being sent: who dies while it waits for room does not die of it. */
  async while(sending: Promise<void>): Promise<void> {
    let noted: Promise<void> | undefined;
    const timer = setTimeout(() => {
      noted = this.spare().catch(() => {});
    }, WAITS_AFTER_MS);
    try {
      await sending;
    } finally {
      clearTimeout(timer);
      await noted;
    }
  }

  /** This try did not end in a death. */
  async spare(): Promise<void> {
    if (this.#isSpared) return;
    this.#isSpared = true;
    this.#now = { sent: this.#now.sent, tries: Math.max(0, this.#now.tries - 1) };
    await this.#record.write(this.#now);
  }
}

function firstWanted(
  { segment: { firstIndex, frames } }: DecodeTask,
  isDone: (index: number) => boolean,
): number {
  let index = firstIndex;
  while (index < firstIndex + frames && isDone(index)) index += 1;
  return index;
}

function deadly(task: DecodeTask, { sent, tries }: Sent): SegmentEnd {
  const key = videoKey(task.name, sent * task.segment.everyN + 1);
  const failure = new FacefleetError('FF1012', `${key}: ${tries} workers that decoded it`);
  return { frames: sent + 1, failure };
}
