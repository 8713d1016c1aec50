import type { Frame } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import type { Delivery, Lane } from '../../bus/bus.ts';
import { fromFaceMessage } from '../../bus/face-message.ts';
import { headOfFrame } from '../../cluster/claim-check.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { FrameInput } from '../../source/source.ts';
import type { StageFrame } from '../given-faces.ts';
import type { CrashMarkers } from './crash-markers.ts';

/** A frame that the worker has taken and not settled. */
export interface Ticket {
  readonly delivery: Delivery;
  readonly frame: Frame;
  readonly takenMs: number;
  /** How often it has been worked on alone, this time included; 0 when it is not alone. */
  readonly alone: number;
}

export interface IntakeOptions {
  readonly lane: Lane;
  readonly markers: CrashMarkers;
  /** Deaths of workers after which a frame is given up. */
  readonly crashes: number;
  /** Aborts: no more frames are taken. */
  readonly signal: AbortSignal;
  unpack(payload: Uint8Array): Promise<Frame>;
  inputOf(frame: Frame): FrameInput;
  /** Answers a frame that is not to be touched, and acks it. */
  refuse(ticket: Ticket, error: FacefleetError): Promise<void>;
  /** Told of a message that holds no frame; it is dropped, and the conductor sends its frame again. */
  onUnreadable(error: FacefleetError): void;
}

/**
 * Takes frames from a lane for a stage. A frame that was delivered before, to a worker that may have died of it, is worked on alone and
 * with a marker (see `CrashMarkers`): when the worker dies again, it is known of what. One that killed its worker too often is answered
 * without being touched, so that the frames behind it get their turn.
 */
export class FrameIntake {
  readonly #options: IntakeOptions;
  readonly #held = new Set<Ticket>();
  readonly #inWork = new Set<Ticket>();
  #wake: () => void = () => {};
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: IntakeOptions) {
    this.#options = options;
    // those in work are not lost
    this.#heartbeat = setInterval(() => {
      for (const { delivery } of this.#held) delivery.working();
    }, options.lane.ackWaitMs / 3).unref();
  }

  get inWork(): number {
    return this.#inWork.size;
  }

  /** Whether a frame with this key is held. */
  holds(key: string): boolean {
    return [...this.#held].some(({ frame }) => frame.key === key);
  }

  /** Frames until the signal aborts or the bus is closed. Each must be given back to `settled`. */
  async *frames(): AsyncGenerator<StageFrame, void, undefined> {
    const { lane, signal } = this.#options;
    for (;;) {
      let delivery: Delivery | null;
      try {
        delivery = await lane.next({ signal });
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      if (delivery === null) return;
      const frame = await this.#unpacked(delivery);
      if (frame === null) continue;
      const again = delivery.attempt > 1;
      const held: Ticket = { delivery, frame, takenMs: performance.now(), alone: 0 };
      this.#held.add(held);
      try {
        if (again && !(await this.#whenIdle())) return;
        const ticket = again ? await this.#alone(held) : held;
        if (ticket === null) continue;
        const stageFrame = await this.#stageFrame(ticket);
        if (stageFrame === null) continue;
        this.#held.add(ticket);
        this.#inWork.add(ticket);
        yield stageFrame;
        if (again && !(await this.#whenIdle())) return;
      } finally {
        if (!this.#inWork.has(held)) this.#held.delete(held);
      }
    }
  }

  /** The frame was answered and acked. */
  async settled(ticket: Ticket): Promise<void> {
    this.#inWork.delete(ticket);
    this.#held.delete(ticket);
    const { alone, frame } = ticket;
    if (alone > 0) await this.#options.markers.remove(frame.index, alone, true);
    this.#wake();
  }

  /** Ends the intake; frames that are still held are handed back by the bus. They are not the worker's death. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const { alone, frame } of this.#inWork) {
      if (alone > 0) await this.#options.markers.remove(frame.index, alone, false);
    }
  }

  /** The frame of a delivery; null when it was answered, or dropped, because it cannot be read. */
  async #unpacked(delivery: Delivery): Promise<Frame | null> {
    const { unpack, refuse, onUnreadable } = this.#options;
    try {
      return await unpack(delivery.payload);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const frame = headOfFrame(delivery.payload);
      if (frame !== null && frame.key !== '')
        await refuse({ delivery, frame, takenMs: performance.now(), alone: 0 }, error);
      else {
        onUnreadable(error);
        await delivery.ack();
      }
      return null;
    }
  }

  /** Makes sure that a death will be this frame's; null when it has been answered because it had too many. */
  async #alone(held: Ticket): Promise<Ticket | null> {
    const { markers, crashes, refuse } = this.#options;
    const { index, key } = held.frame;
    const deaths = await markers.count(index, crashes);
    if (deaths >= crashes) {
      await refuse(
        held,
        new FacefleetError('FF1012', `${key}: ${deaths} workers that had nothing else in work`),
      );
      await markers.remove(index, deaths, true);
      return null;
    }
    await markers.put(index, deaths + 1);
    return { ...held, alone: deaths + 1 };
  }

  /** Waits until nothing is in work. @returns false when the signal aborted before */
  async #whenIdle(): Promise<boolean> {
    const { signal } = this.#options;
    while (this.#inWork.size > 0) {
      if (signal.aborted) return false;
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      signal.removeEventListener('abort', wake);
    }
    return !signal.aborted;
  }

  /** What the stage works on; null when the frame was answered because its faces cannot be read. */
  async #stageFrame(ticket: Ticket): Promise<StageFrame | null> {
    const { inputOf, markers, refuse } = this.#options;
    const { frame, alone } = ticket;
    const { index, key, width, height, faces, videoMeta } = frame;
    try {
      const given = {
        faces: faces.map((face, i) => fromFaceMessage(face, `${key}: face ${i}`)),
        size: width > 0 && height > 0 ? { width, height } : null,
        videoMeta: videoMeta ?? null,
      };
      return { index, key, input: inputOf(frame), given, ticket };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await refuse(ticket, error);
      if (alone > 0) await markers.remove(index, alone, true);
      return null;
    }
  }
}

function isUnreadable(error: unknown): error is FacefleetError {
  return error instanceof FacefleetError && error.code === 'FF6007';
}
