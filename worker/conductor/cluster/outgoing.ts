import type { StageResult } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { FacefleetError } from '../../errors/facefleet-error.ts';

/** A frame that a pass is to work on. */
export interface Outgoing {
  readonly index: number;
  readonly key: string;
  /** Of its file, when known. */
  readonly version: string | undefined;
  /**
   * The message that carries it, or has it made.
   * @param failedAttempts how often it was tried and failed
   * @param sends how often it was sent before
   * @throws FacefleetError of scope frame when the frame cannot be had
   */
  message(failedAttempts: number, sends: number): Promise<Uint8Array>;
  /** Removes what was put into the store for it. */
  forget(ending: Ending): Promise<void>;
}

/** Frames of a pass that go out together, because one worker makes them: a segment of a video. */
export interface OutgoingSegment {
  /** Number in the video. */
  readonly number: number;
  readonly firstIndex: number;
  /** One more than the index of its last frame, as far as that is known. */
  readonly endIndex: number;
  /** Whether frames may follow that nobody knows of. */
  readonly isOpen: boolean;
  /** Whether a frame that is known is to be worked on. */
  isWanted(index: number): boolean;
  /** One of its frames, to go out alone. */
  frame(index: number): Outgoing;
  /**
   * The message that has frames of it made.
   * @param isMissing which of the known ones
   * @param sends how often it was sent before
   */
  message(isMissing: (index: number) => boolean, sends: number): Promise<Uint8Array>;
}

/** How a frame ended in a pass. */
export type Ending =
  | { readonly kind: 'found'; readonly result: StageResult }
  | { readonly kind: 'failed'; readonly error: FacefleetError; readonly plugin: string | null };
