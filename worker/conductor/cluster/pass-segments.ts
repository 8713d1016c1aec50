import { setImmediate as nextTurn } from 'node:timers/promises';
import { packSegment, tmpPrefix } from '../../cluster/claim-check.ts';
import type { Job } from '../../cluster/job.ts';
import type { DecodeTask, FoundBefore } from '../../decode/decode-task.ts';
import { toSegmentMessage } from '../../decode/segment-message.ts';
import type { VideoSegment } from '../../source/segments/video-segment.ts';
import type { FrameHead } from '../../source/source.ts';
import { videoKey } from '../../source/video-key.ts';
import type { Store } from '../../store/store.ts';
import type { OutputLog } from '../output-log.ts';
import type { ClusterVideo } from './cluster-video.ts';
import { copyKey } from './frame-image.ts';
import type { Ending, Outgoing, OutgoingSegment } from './outgoing.ts';
import type { VideoLength } from './video-length.ts';

export interface PassSegmentsOptions {
  readonly job: Job;
  readonly pass: number;
  readonly generation: string;
  /** Of the output. */
  readonly store: Store;
  readonly output: OutputLog;
  readonly video: ClusterVideo;
  readonly length: VideoLength;
  /** Largest image that rides in a message, bytes. */
  readonly inlineBytes: number;
  /** Of the bus. */
  readonly maxPayloadBytes: number;
  /** Asked for every frame in order, once. */
  isDone(head: FrameHead): boolean;
  /** What the pass before found in a frame. */
  foundBefore(key: string): Promise<FoundBefore | null>;
}

/** Frames after which others get their turn. */
const AT_A_TIME = 1000;

/** The segments of a video that a pass has to work on, as messages for decode workers. */
export class PassSegments {
  readonly #options: PassSegmentsOptions;

  constructor(options: PassSegmentsOptions) {
    this.#options = options;
  }

  /** In order. The frame that ends the video, where it is known to fail, goes alone. */
  async *outgoing(): AsyncGenerator<Outgoing | OutgoingSegment, void, undefined> {
    const { video, length, pass } = this.#options;
    for (const segment of video.segments()) {
      const { firstIndex } = segment;
      if (length.endIndex !== null && firstIndex >= length.endIndex) return;
      const isOpen = segment.runs.at(-1)?.end === null && length.endIndex === null;
      const isWanted: boolean[] = [];
      const fails = length.failure === null ? null : length.endIndex! - 1;
      for (let index = firstIndex; index < this.#endOf(segment, isOpen); index++) {
        isWanted.push(index !== fails && !this.#isDone(index));
        if (index === fails && pass === 0) yield this.#failing(index);
        if (isWanted.length % AT_A_TIME === 0) await nextTurn();
      }
      // a segment that may go on: what earlier runs found behind its expected end
      while (isOpen && this.#wasRecorded(firstIndex + isWanted.length))
        isWanted.push(!this.#isDone(firstIndex + isWanted.length));
      if (isOpen || isWanted.includes(true)) yield this.#outgoing(segment, isWanted, isOpen);
    }
  }

  /** A frame that is recorded without being sent. */
  lone(index: number): Outgoing {
    const message = (): Promise<never> => Promise.reject(new TypeError(`frame ${index} has no message`));
    const forget = (ending: Ending): Promise<void> => this.#forget(index, ending);
    return { index, key: this.#key(index), version: this.#options.video.version, message, forget };
  }

  #outgoing(segment: VideoSegment, wanted: readonly boolean[], isOpen: boolean): OutgoingSegment {
    const { number, firstIndex } = segment;
    const known = { ...segment, frames: wanted.length };
    return {
      number,
      firstIndex,
      endIndex: firstIndex + wanted.length,
      isOpen,
      isWanted: (index) => wanted[index - firstIndex] === true,
      frame: (index) => ({
        ...this.lone(index),
        message: (failedAttempts, sends) =>
          this.#message(upTo(known, index), (other) => other === index, failedAttempts, sends),
      }),
      message: (isMissing, sends) => this.#message(known, isMissing, 0, sends),
    };
  }

  async #message(
    segment: VideoSegment,
    isWanted: (index: number) => boolean,
    failedAttempts: number,
    sends: number,
  ): Promise<Uint8Array> {
    const { job, pass, generation, video, store, maxPayloadBytes } = this.#options;
    const { extraction } = job;
    const { firstIndex, frames, number } = segment;
    const before = new Map<number, FoundBefore | null>();
    for (let index = firstIndex; pass > 0 && index < firstIndex + frames; index++)
      if (isWanted(index)) before.set(index, await this.#options.foundBefore(this.#key(index)));
    const stems = this.#oddStems(segment);
    const task: DecodeTask = {
      extraction,
      pass,
      video: video.key,
      name: video.name,
      baseIndex: 0,
      segment,
      isDone: (index) => !isWanted(index),
      stemOf: (index) => stems?.[index - firstIndex] ?? null,
      foundBefore: (index) => before.get(index) ?? null,
      generation,
      failedAttempts,
      sends,
    };
    const key = `${tmpPrefix(extraction)}segment-${generation}-${number}-${failedAttempts}-${sends}`;
    return await packSegment(toSegmentMessage(task), key, { store, limitBytes: maxPayloadBytes });
  }

  /** The stems of a segment's frames; null when all are the keys without their extension. */
  #oddStems({ firstIndex, frames }: VideoSegment): string[] | null {
    const { stems } = this.#options.output;
    const given: string[] = [];
    let isOdd = false;
    for (let index = firstIndex; index < firstIndex + frames; index++) {
      const key = this.#key(index);
      const stem = stems.assign(key);
      given.push(stem);
      isOdd ||= !key.startsWith(stem) || !/^(\.[^./]*)?$/.test(key.slice(stem.length));
    }
    return isOdd ? given : null;
  }

  #failing(index: number): Outgoing {
    const { failure } = this.#options.length;
    return { ...this.lone(index), message: () => Promise.reject(failure) };
  }

  /** Removes what decode workers put into the output for a frame that did not fit a message. */
  async #forget(index: number, ending: Ending): Promise<void> {
    const { job, store, inlineBytes } = this.#options;
    const found =
      ending.kind === 'found' && ending.result.outcome.case === 'found' ? ending.result.outcome.value : null;
    const bytes = found === null ? Number.POSITIVE_INFINITY : 3 * found.width * found.height;
    if (bytes > inlineBytes) await store.delete(copyKey(job.extraction, index));
  }

  #endOf({ firstIndex, frames, runs }: VideoSegment, isOpen: boolean): number {
    const { endIndex } = this.#options.length;
    if (isOpen || endIndex === null) return firstIndex + frames;
    return runs.at(-1)?.end === null ? endIndex : Math.min(endIndex, firstIndex + frames);
  }

  #isDone(index: number): boolean {
    return this.#options.isDone(this.#head(index));
  }

  #wasRecorded(index: number): boolean {
    const { output, video } = this.#options;
    return output.done(this.#key(index), video.version);
  }

  #head(index: number): FrameHead {
    const { version } = this.#options.video;
    return { index, key: this.#key(index), ...(version !== undefined && { version }) };
  }

  #key(index: number): string {
    const { name, everyN } = this.#options.video;
    return videoKey(name, index * everyN + 1);
  }
}

/** The part of a segment that ends with a frame. */
function upTo(segment: VideoSegment, index: number): VideoSegment {
  const picture = index * segment.everyN;
  const runs = segment.runs
    .filter(({ from }) => (from?.picture ?? 0) <= picture)
    .map((run) => ({ ...run, end: Math.min(run.end ?? Number.POSITIVE_INFINITY, picture + 1) }));
  return { ...segment, frames: index + 1 - segment.firstIndex, runs };
}
