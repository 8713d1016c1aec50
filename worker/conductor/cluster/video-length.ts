import { z } from 'zod';
import { tmpPrefix } from '../../cluster/claim-check.ts';
import { CODES, type Code } from '../../errors/codes.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { Store } from '../../store/store.ts';

const codes = Object.keys(CODES) as [Code, ...Code[]];
const note = z.object({
  endIndex: z.number().int().min(0),
  failure: z.object({ code: z.enum(codes), message: z.string() }).nullable(),
});

/**
 * How long a video turned out to be when its frames were decoded, where that is not as expected. Kept in the output while the extraction
 * runs, so that a conductor that starts again knows it from the beginning.
 */
export class VideoLength {
  readonly #store: Store;
  readonly #key: string;
  #endIndex: number | null = null;
  #failure: FacefleetError | null = null;

  private constructor(store: Store, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** @throws FacefleetError FF4006 */
  static async open(store: Store, extraction: string): Promise<VideoLength> {
    const key = `${tmpPrefix(extraction)}video-end`;
    const length = new VideoLength(store, key);
    if ((await store.head(key)) === null) return length;
    const { endIndex, failure } = note.parse(JSON.parse(Buffer.from(await store.get(key)).toString('utf8')));
    length.#endIndex = endIndex;
    length.#failure = failure && new FacefleetError(failure.code, failure.message);
    return length;
  }

  /** One more than the index of the last frame; null until it is known. */
  get endIndex(): number | null {
    return this.#endIndex;
  }

  /** How the last frame failed; null when it did not. */
  get failure(): FacefleetError | null {
    return this.#failure;
  }

  /**
   * Notes what a decoder found; the shortest length counts.
   * @returns whether it is news
   * @throws FacefleetError FF4001
   */
  async note(endIndex: number, failure: FacefleetError | null): Promise<boolean> {
    if (this.#endIndex !== null && this.#endIndex <= endIndex) return false;
    const text = JSON.stringify({
      endIndex,
      failure: failure && { code: failure.code, message: failure.detail },
    });
    await this.#store.put(this.#key, Buffer.from(text), { durable: true });
    this.#endIndex = endIndex;
    this.#failure = failure;
    return true;
  }
}
