import { FacefleetError } from '../errors/facefleet-error.ts';
import { encodePart, partKey } from '../formats/part.ts';
import type { Store } from '../store/store.ts';
import type { Location } from './result-index.ts';

/** When a part closes: whichever comes first. */
export interface PartLimits {
  readonly frames: number;
  readonly bytes: number;
  /** After the first frame in it. */
  readonly ageMs: number;
}

export const PART_LIMITS: PartLimits = { frames: 256, bytes: 8 * 1024 * 1024, ageMs: 1000 };
/** Closed parts in memory: one being written, one waiting. */
const MAX_PENDING = 2;

/**
 * Gathers the lines of ended frames and commits them to the store in numbered parts, durably and in order. What fails in the
 * background is thrown by every later call.
 */
export class PartWriter {
  readonly #store: Store;
  readonly #limits: PartLimits;
  #number: number;
  #lines: Uint8Array[] = [];
  #versions: (string | null)[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #pending = 0;
  #flight: Promise<void> = Promise.resolve();
  #fault: { readonly error: unknown } | undefined;

  /** @param first number of the first part to write; all from it on must be free */
  constructor(store: Store, first: number, limits: PartLimits) {
    this.#store = store;
    this.#number = first;
    this.#limits = limits;
  }

  /** Waits until there is room for another line. */
  async room(): Promise<void> {
    while (this.#pending >= MAX_PENDING) await this.#flight;
    this.#check();
  }

  /**
   * Takes a line (without line feed) into the open part and says where it will stand.
   * @param version of the frame's file, when known
   */
  append(text: string, version?: string): Location {
    this.#check();
    const line = Buffer.from(`${text}\n`);
    const location = { part: this.#number, offset: this.#bytes, length: line.length };
    this.#lines.push(line);
    this.#versions.push(version ?? null);
    this.#bytes += line.length;
    if (this.#lines.length >= this.#limits.frames || this.#bytes >= this.#limits.bytes) this.#close();
    else this.#timer ??= setTimeout(() => this.#close(), this.#limits.ageMs).unref();
    return location;
  }

  /** Commits everything taken so far. */
  async flush(): Promise<void> {
    this.#close();
    await this.#flight;
    this.#check();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const [number, lines, versions] = [this.#number++, this.#lines, this.#versions];
    this.#lines = [];
    this.#versions = [];
    this.#bytes = 0;
    this.#pending++;
    this.#flight = this.#flight.then(async () => {
      try {
        if (!this.#fault) await this.#commit(partKey(number), encodePart(number, lines, versions));
      } catch (error) {
        this.#fault = { error };
      } finally {
        this.#pending--;
      }
    });
  }

  async #commit(key: string, bytes: Uint8Array): Promise<void> {
    if (await this.#store.putIfAbsent(key, bytes, { durable: true })) return;
    // A store may answer so when the first of two tries of its own did succeed.
    if (Buffer.from(await this.#store.get(key)).equals(bytes)) return;
    throw new FacefleetError('FF4003', `${this.#store.location}: another process wrote ${key}`);
  }

  #check(): void {
    if (this.#fault) throw this.#fault.error;
  }
}
