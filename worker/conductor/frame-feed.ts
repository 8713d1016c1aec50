import type { FacefleetError } from '../errors/facefleet-error.ts';
import type { FrameHead, Source, SourceFrame } from '../source/source.ts';
import { hashOf, type InWorkJournal } from './in-work-journal.ts';
import type { OutputLog } from './output-log.ts';

/** What a feed takes frames from, and where it notes what it does. */
export interface FeedOptions {
  readonly source: Source;
  readonly output: OutputLog;
  readonly journal: InWorkJournal;
  /** Frames that are not to be touched, by the hash of their key. */
  readonly deadly: ReadonlyMap<string, FacefleetError>;
  readonly signal: AbortSignal;
  /** Told of each frame whose record is kept. */
  readonly onCarried: () => void;
}

/** Gives out the frames of a source that have no record yet and carries the others into the run. */
export class FrameFeed {
  readonly #options: FeedOptions;
  readonly #versions = new Map<string, string>();
  #frames = 0;
  #carried = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** How many frames the source has given so far, and how many of them had a record. */
  counts(): { readonly frames: number; readonly carried: number } {
    return { frames: this.#frames, carried: this.#carried };
  }

  /** The frames to process, up to the end of the source or the signal's abort. */
  async *frames(): AsyncGenerator<SourceFrame, void, undefined> {
    const { source, journal, deadly, signal } = this.#options;
    const frames = source.frames({
      signal,
      isDone: (head) => this.#isDone(head),
      admit: (key) => {
        const error = deadly.get(hashOf(key)) ?? null;
        if (error === null) journal.begin(key);
        return error;
      },
      release: (key) => journal.end(key),
    });
    try {
      for await (const frame of frames) {
        if (signal.aborted) return;
        if (frame.version !== undefined) this.#versions.set(frame.key, frame.version);
        yield frame;
      }
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
    }
  }

  /** The version of the file behind a frame that was given out, as it was before that. */
  versionOf(key: string): string | undefined {
    return this.#versions.get(key);
  }

  /** Notes that a frame has its result. */
  ended(key: string): void {
    this.#versions.delete(key);
    this.#options.journal.end(key);
  }

  #isDone({ index, key, version }: FrameHead): boolean {
    const { output, onCarried } = this.#options;
    this.#frames += 1;
    output.stems.assign(key);
    if (!output.done(key, version)) return false;
    output.carry(index, key, version);
    this.#carried += 1;
    onCarried();
    return true;
  }
}
