import { FacefleetError } from '../errors/facefleet-error.ts';
import { encodePart, PARTS_PREFIX, partKey } from '../formats/part.ts';
import type { Store } from '../store/store.ts';
import type { Location } from './result-index.ts';

/** When a part closes: whichever comes first. */
export interface PartLimits {
  readonly frames: number;
  readonly bytes: number;
  /** After the first frame in it. */
  readonly ageMs: number;
}

/** Where a line will stand, and when it is durable. */
export interface Appended {
  readonly at: Location;
  /** Settles with the commit of its part. */
  readonly committed: Promise<void>;
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
  /** Of the open part. */
  #committed = Promise.withResolvers<void>();
  readonly #prefix: string;

  /**
   * @param first number of the first part to write; all from it on must be free
   * @param prefix of the parts' keys
   */
  constructor(store: Store, first: number, limits: PartLimits, prefix = PARTS_PREFIX) {
    this.#store = store;
    this.#prefix = prefix;
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
  append(text: string, version?: string): Appended {
    this.#check();
    const line = Buffer.from(`${text}\n`);
    const at = { part: this.#number, offset: this.#bytes, length: line.length };
    const committed = this.#committed.promise;
    this.#lines.push(line);
    this.#versions.push(version ?? null);
    this.#bytes += line.length;
    if (this.#lines.length >= this.#limits.frames || this.#bytes >= this.#limits.bytes) this.#close();
    else this.#timer ??= setTimeout(() => this.#close(), this.#limits.ageMs).unref();
    return { at, committed };
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
    const { promise, resolve, reject } = this.#committed;
    this.#committed = Promise.withResolvers();
    // those who do not wait for it are told by the next call
    promise.catch(() => {});
    this.#lines = [];
    this.#versions = [];
    this.#bytes = 0;
    this.#pending++;
    this.#flight = this.#flight.then(async () => {
      try {
        if (this.#fault) throw this.#fault.error;
        await this.#commit(partKey(number, this.#prefix), encodePart(number, lines, versions));
        resolve();
      } catch (error) {
        this.#fault ??= { error };
        reject(error);
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
