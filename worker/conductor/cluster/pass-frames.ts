import { create } from '@bufbuild/protobuf';
import type { Face } from '../../../proto/gen/facefleet/v1/face_pb.ts';
import { FrameSchema } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import { packFrame, tmpPrefix } from '../../cluster/claim-check.ts';
import { HEAD_BYTES, inlineBytes } from '../../cluster/inline-bytes.ts';
import type { Job } from '../../cluster/job.ts';
import { HashedMap } from '../../formats/hashed-map.ts';
import type { FrameHead } from '../../source/source.ts';
import type { Store } from '../../store/store.ts';
import type { OutputLog } from '../output-log.ts';
import type { ClusterFrame, ClusterSource } from './cluster-source.ts';
import { copyKey, imageContent } from './frame-image.ts';
import type { Outgoing, OutgoingSegment } from './outgoing.ts';
import type { PassLog } from './pass-log.ts';
import { PassSegments } from './pass-segments.ts';
import type { VideoLength } from './video-length.ts';

export interface PassFramesOptions {
  readonly job: Job;
  readonly pass: number;
  readonly store: Store;
  readonly source: ClusterSource;
  readonly output: OutputLog;
  /** The frames of the pass before; null for the first. */
  readonly earlier: PassFrames | null;
  /** Where this pass records; null for the last. */
  readonly log: PassLog | null;
  /** Of the bus. */
  readonly maxPayloadBytes: number;
  /** Part of the ids of messages. */
  readonly generation: string;
  /** Of a video that decode workers share. */
  readonly length: VideoLength;
  readonly signal: AbortSignal;
  /** Told of each frame whose record is kept. */
  onCarried(): void;
}

/** Of so many frames the faces that earlier passes found can be told in one message. */
const MOST_GIVEN = 4000;

/** The frames that a pass has to work on, in source order, as messages. */
export class PassFrames {
  readonly #options: PassFramesOptions;
  /** Index by key, of extractions with several passes: the source may have changed when it is listed again. */
  readonly #indexes: HashedMap | null;
  /** Where decode workers make the frames. */
  readonly segments: PassSegments | null;
  #count = 0;

  constructor(options: PassFramesOptions) {
    this.#options = options;
    const { earlier, job } = options;
    this.#indexes = earlier === null ? (job.passes.length > 1 ? new HashedMap() : null) : earlier.#indexes;
    this.#count = earlier?.count() ?? 0;
    this.segments = this.#segmentsOf(options);
  }

  /** How many frames the source has given so far; of a video that decode workers share, how many it has. */
  count(): number {
    const { source, length } = this.#options;
    return source.video === null ? this.#count : (length.endIndex ?? source.video.count);
  }

  async *frames(): AsyncGenerator<Outgoing | OutgoingSegment> {
    if (this.segments !== null) {
      yield* this.segments.outgoing();
      return;
    }
    const { source, signal } = this.#options;
    const isDone = (head: FrameHead): boolean => this.#isDone(head);
    for await (const frame of source.frames({ signal, isDone })) yield this.#outgoing(frame);
  }

  /** A long video that cannot be split is decoded here when its message would have to hold what earlier passes found in all its frames. */
  #segmentsOf(options: PassFramesOptions): PassSegments | null {
    const { source, earlier, job, maxPayloadBytes } = options;
    const { video } = source;
    if (video === null) return null;
    if (earlier !== null && video.scan.points.length === 0 && video.count > MOST_GIVEN) return null;
    return new PassSegments({
      ...options,
      video,
      inlineBytes: inlineBytes(job, { maxPayloadBytes }),
      isDone: (head) => this.#isDone(head),
      foundBefore: async (key) => (await earlier?.found(key)) ?? null,
    });
  }

  #isDone({ index, key, version }: FrameHead): boolean {
    const { output, earlier, log, onCarried } = this.#options;
    if (earlier !== null) {
      // done before the first pass began, failed in an earlier one, or not there then
      return !earlier.#options.log?.has(key) || output.done(key, version) || log?.has(key, version) === true;
    }
    this.#count += 1;
    this.#indexes?.set(key, index);
    output.stems.assign(key);
    if (output.done(key, version)) {
      output.carry(index, key, version);
      onCarried();
      return true;
    }
    return log?.has(key, version) === true;
  }

  #outgoing(frame: ClusterFrame): Outgoing {
    const { store, job } = this.#options;
    const { key, version, image } = frame;
    const index = this.#indexes?.get(key) ?? frame.index;
    const keys = new Set<string>();
    return {
      index,
      key,
      version,
      message: async (failedAttempts) => {
        if (image.kind === 'failure') throw image.error;
        return await this.#message(index, key, image, failedAttempts, keys);
      },
      forget: async () => {
        for (const tmp of keys) if (tmp.startsWith(tmpPrefix(job.extraction))) await store.delete(tmp);
      },
    };
  }

  async #message(
    index: number,
    key: string,
    image: Exclude<ClusterFrame['image'], { kind: 'failure' }>,
    failedAttempts: number,
    keys: Set<string>,
  ): Promise<Uint8Array> {
    const { job, pass, store, output, maxPayloadBytes, earlier } = this.#options;
    const content = await imageContent(image, index, {
      job,
      store,
      inlineBytes: inlineBytes(job, { maxPayloadBytes }),
    });
    if (content.place.case === 'reference') keys.add(content.place.value.key);
    else keys.delete(copyKey(job.extraction, index));
    const before = await earlier?.found(key);
    const size = image.kind === 'pixels' ? image.image : before;
    const frame = create(FrameSchema, {
      extraction: job.extraction,
      pass,
      index,
      key,
      image: content,
      width: size?.width ?? 0,
      height: size?.height ?? 0,
      faces: before?.faces ?? [],
      failedAttempts,
      stem: output.stems.assign(key),
    });
    const whole = `${tmpPrefix(job.extraction)}frame-${pass}-${index}`;
    const bytes = await packFrame(frame, whole, { store, limitBytes: maxPayloadBytes });
    if (bytes.length < HEAD_BYTES && content.place.case === 'inline') keys.add(whole);
    return bytes;
  }

  /** What this pass found in a frame. */
  async found(key: string): Promise<{ width: number; height: number; faces: Face[] } | null> {
    const result = await this.#options.log?.read(key);
    return result?.outcome.case === 'found' ? result.outcome.value : null;
  }
}
