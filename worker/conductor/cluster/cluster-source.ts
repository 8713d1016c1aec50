import { relative, resolve, sep } from 'node:path';
import type { Job } from '../../cluster/job.ts';
import { sourceFolder } from '../../cluster/source-folder.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { isImageName } from '../../source/extensions.ts';
import type { Limits } from '../../source/limits.ts';
import { openSource } from '../../source/open-source.ts';
import type { FrameHead, Source } from '../../source/source.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { parseStoreAddress, type StoreAddress } from '../../store/store-address.ts';
import type { RgbImage } from '../../vision/types.ts';
import { type ClusterVideo, openClusterVideo } from './cluster-video.ts';

/** Where the image of a frame is. */
export type ImageAt =
  /** `key`: below the source's folder; null when it lies outside. */
  | { readonly kind: 'file'; readonly path: string; readonly key: string | null }
  | { readonly kind: 'object'; readonly key: string; readonly bytes: number }
  | { readonly kind: 'pixels'; readonly image: RgbImage }
  | { readonly kind: 'failure'; readonly error: FacefleetError };

/** A frame of the source as the conductor hands it out. */
export interface ClusterFrame extends FrameHead {
  readonly image: ImageAt;
}

/** The frames of an extraction. */
export interface ClusterSource {
  /** Null until it is known. */
  readonly count: number | null;
  readonly skipped: number;
  /** What decode workers share, where they make the frames; else null. */
  readonly video: ClusterVideo | null;
  /** In source order, again from the start at every call; those for which `isDone` answers true are left out. */
  frames(options: {
    readonly signal: AbortSignal;
    readonly isDone: (head: FrameHead) => boolean;
  }): AsyncGenerator<ClusterFrame, void, undefined>;
  close(): Promise<void>;
}

/**
 * Opens the source of a job: what `openSource` opens, or the images below an S3 prefix, or a video there.
 * @param store the output
 * @param signal ends the scan of a video
 * @throws FacefleetError FF1101 to FF1104, FF4006, FF4010, FF4011, FF5004; the signal's reason
 */
export async function openClusterSource(job: Job, store: Store, signal: AbortSignal): Promise<ClusterSource> {
  const { source, spec, decode } = job;
  const place = parseStoreAddress(source.address);
  const output = parseStoreAddress(job.output.address);
  const isVideo = spec.source.kind === 'video';
  if (isVideo && (place.kind === 's3' || decode !== undefined))
    return new VideoSource(await openClusterVideo(job, store, signal), job);
  if (place.kind === 's3') {
    const bucket = await openStore(source.address, { ...(source.s3 && { s3: source.s3 }) });
    return new ObjectSource(bucket, source, insideOf(place, output));
  }
  const input = place.path;
  const opened = await openSource({
    input,
    recursive: source.recursive,
    followLinks: source.followLinks,
    everyN: source.everyN,
    limits: { ...job.spec.limits, timeoutMs: job.decodeTimeoutMs },
    ...(output.kind === 'dir' && { excludeDir: resolve(output.path) }),
  });
  return new FileSource(opened, await sourceFolder(input));
}

/** What the keys of the output start with in the source that it lies in; null when it lies elsewhere. */
function insideOf(source: StoreAddress, output: StoreAddress): string | null {
  if (source.kind !== 's3' || output.kind !== 's3' || source.bucket !== output.bucket) return null;
  if (!output.prefix.startsWith(source.prefix)) return null;
  const inside = output.prefix.slice(source.prefix.length);
  if (inside !== '') return inside;
  throw new FacefleetError(
    'FF5001',
    'the output is the source; choose another prefix, for instance below it',
  );
}

class FileSource implements ClusterSource {
  readonly video = null;
  readonly #source: Source;
  readonly #folder: string;

  constructor(source: Source, folder: string) {
    this.#source = source;
    this.#folder = folder;
  }

  get count(): number | null {
    return this.#source.count;
  }

  get skipped(): number {
    return this.#source.skipped;
  }

  async *frames(options: Parameters<ClusterSource['frames']>[0]): AsyncGenerator<ClusterFrame> {
    for await (const { input, ...head } of this.#source.frames(options)) {
      if (input.kind === 'bytes') throw new TypeError('a source of files gives no bytes');
      const image: ImageAt =
        input.kind === 'file' ? { ...input, key: keyBelow(this.#folder, input.path) } : input;
      yield { ...head, image };
    }
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

function keyBelow(folder: string, path: string): string | null {
  const key = relative(folder, path).split(sep).join('/');
  return key === '' || key.startsWith('../') ? null : key;
}

/** A video that is scanned; `frames` decodes it here. */
class VideoSource implements ClusterSource {
  readonly video: ClusterVideo | null;
  readonly count: number;
  readonly skipped = 0;
  readonly #video: ClusterVideo;
  readonly #limits: Limits;

  constructor(video: ClusterVideo, { spec, decode, decodeTimeoutMs }: Job) {
    this.video = decode === undefined ? null : video;
    this.count = video.count;
    this.#video = video;
    this.#limits = { ...spec.limits, timeoutMs: decodeTimeoutMs };
  }

  async *frames(options: Parameters<ClusterSource['frames']>[0]): AsyncGenerator<ClusterFrame> {
    const { readVideo } = await import('../../source/read-video.ts');
    for await (const { input, ...head } of readVideo({ ...this.#video, limits: this.#limits }, options)) {
      if (input.kind !== 'pixels' && input.kind !== 'failure') throw new TypeError(input.kind);
      yield { ...head, image: input };
    }
  }

  async close(): Promise<void> {}
}

/** Images below a prefix, in the order of their keys; a page of names is held in memory. */
class ObjectSource implements ClusterSource {
  readonly video = null;
  readonly #store: Store;
  readonly #rules: Job['source'];
  /** Prefix of the output's keys when it lies in the source. */
  readonly #output: string | null;
  #count: number | null = null;
  #skipped = 0;

  constructor(store: Store, rules: Job['source'], output: string | null) {
    this.#store = store;
    this.#rules = rules;
    this.#output = output;
  }

  get count(): number | null {
    return this.#count;
  }

  get skipped(): number {
    return this.#skipped;
  }

  async *frames({
    signal,
    isDone,
  }: Parameters<ClusterSource['frames']>[0]): AsyncGenerator<ClusterFrame, void, undefined> {
    const { recursive, everyN } = this.#rules;
    let position = 0;
    let skipped = 0;
    const onLeftOut = (): void => {
      skipped += 1;
    };
    for await (const { key, bytes, version } of this.#store.list('', { signal, onLeftOut })) {
      if (this.#output !== null && key.startsWith(this.#output)) continue;
      if (key.split('/').some((part) => part.startsWith('.')) || (!recursive && key.includes('/'))) continue;
      if (!isImageName(key)) {
        skipped += 1;
        continue;
      }
      const at = position++;
      if (at % everyN !== 0) continue;
      const head = { index: at / everyN, key, ...(version !== undefined && { version }) };
      if (!isDone(head)) yield { ...head, image: { kind: 'object', key, bytes } };
    }
    if (position === 0)
      throw new FacefleetError('FF1102', `${this.#store.location} (${skipped} other objects)`);
    this.#count = Math.ceil(position / everyN);
    this.#skipped = skipped;
  }

  async close(): Promise<void> {}
}
