import type { StageResult } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Lane } from '../../bus/bus.ts';
import type { FacefleetError } from '../../errors/facefleet-error.ts';
import type { OutputLog } from '../output-log.ts';
import type { Appended } from '../part-writer.ts';
import type { Control } from './control.ts';
import type { Outgoing } from './outgoing.ts';
import type { PassSegments } from './pass-segments.ts';
import { type Records, settleFrame } from './settle-frame.ts';
import type { VideoLength } from './video-length.ts';

/** What is different about a pass whose frames are made by decode workers. */
export interface VideoPass {
  /** Names of the lanes of decode workers. */
  readonly decodeLanes: ReadonlySet<string>;
  /** One more than the index of the last frame, once a decoder has found that there are fewer than were expected, or more. */
  readonly endIndex: number | null;
  /**
   * A decoder has met the end of the video.
   * @param endIndex one more than the index of its last frame
   * @param failure how that frame failed
   * @returns the frame that is to be recorded as failed; null when there is none, or the end is no news
   */
  end(endIndex: number, failure: FacefleetError | null): Promise<Outgoing | null>;
  /** Takes a result of a frame that the video does not have: what was written for it will be removed, for sure once it is committed. */
  discard(result: StageResult): Promise<Pick<Appended, 'committed'>>;
  /** Has the decode workers hand back what they have. */
  pause(): void;
}

/** A pass over a video whose decoders' lanes are open. @param isLast whether the pass makes crops */
export function videoPass({
  segments,
  decoders,
  length,
  output,
  isLast,
  control,
  onFailure,
}: {
  readonly segments: PassSegments;
  readonly decoders: readonly Lane[];
  readonly length: VideoLength;
  readonly output: OutputLog;
  readonly isLast: boolean;
  readonly control: Pick<Control, 'pause'>;
} & Pick<Records, 'onFailure'>): VideoPass {
  return {
    decodeLanes: new Set(decoders.map(({ name }) => name)),
    get endIndex() {
      return length.endIndex;
    },
    async end(endIndex, failure) {
      const isNews = await length.note(endIndex, failure);
      output.cut(length.endIndex ?? endIndex);
      return isNews && failure !== null ? segments.lone(endIndex - 1) : null;
    },
    async discard(result) {
      if (!isLast || length.endIndex === null) return { committed: Promise.resolve() };
      // recorded first, so that its crops are known
      const frame = segments.lone(result.index);
      const records = { output, log: null, onFailure };
      const { committed } = await settleFrame(frame, { kind: 'found', result }, records);
      output.cut(length.endIndex);
      return { committed };
    },
    pause: () => control.pause(),
  };
}
