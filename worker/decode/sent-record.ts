import { hash } from 'node:crypto';
import { z } from 'zod';
import { tmpPrefix } from '../cluster/claim-check.ts';
import type { Store } from '../store/store.ts';

/** How far a worker came with a segment. */
const record = z.object({
  /** Frames with a lower number (among the kept ones of the video) were sent. */
  sent: z.number().int().min(0),
  /** How often a worker began with exactly that frame while it took steps with care, and was not heard of again. */
  tries: z.number().int().min(0),
});

export type Sent = z.infer<typeof record>;

/**
 * Notes in the output how far a segment's frames were sent, so that a worker that takes over sends few of them again. What is lost or
 * damaged costs repetitions, nothing else.
 */
export class SentRecord {
  readonly #store: Store;
  readonly #key: string;

  /** @param id of the segment's message */
  constructor(store: Store, extraction: string, id: string) {
    this.#store = store;
    this.#key = `${tmpPrefix(extraction)}sent-${hash('sha256', id).slice(0, 32)}`;
  }

  /** @throws FacefleetError when the store cannot be read */
  async read(): Promise<Sent> {
    if ((await this.#store.head(this.#key)) === null) return { sent: 0, tries: 0 };
    const text = Buffer.from(await this.#store.get(this.#key)).toString('utf8');
    try {
      return record.parse(JSON.parse(text));
    } catch {
      return { sent: 0, tries: 0 };
    }
  }

  /** @throws FacefleetError FF4001 */
  async write(sent: Sent): Promise<void> {
    await this.#store.put(this.#key, Buffer.from(JSON.stringify(sent)));
  }

  /** @throws FacefleetError FF4001 */
  async remove(): Promise<void> {
    await this.#store.delete(this.#key);
  }
}
