import { FacefleetError } from '../errors/facefleet-error.ts';
import { byteRange } from './byte-range.ts';
import { checkKey, checkPrefix } from './check-key.ts';
import { compareCodePoints } from './compare-code-points.ts';
import type { Body, GetOptions, ListOptions, PutOptions, Store, Stored } from './store.ts';

/** Size of a stream's chunks. */
const CHUNK_BYTES = 1 << 18;

/** A store in this process's memory: for tests and for runs whose outputs nobody keeps. */
export class MemoryStore implements Store {
  readonly location = 'memory';
  readonly #objects = new Map<string, Uint8Array>();

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    checkKey(key);
    options.signal?.throwIfAborted();
    const stored = this.#objects.get(key);
    if (stored === undefined) throw new FacefleetError('FF4006', `${key}: it does not exist`);
    const { start, end } = byteRange(key, stored.length, options);
    return stored.slice(start, end);
  }

  async *getStream(key: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    const bytes = await this.get(key, options);
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      options.signal?.throwIfAborted();
      yield bytes.subarray(at, at + CHUNK_BYTES);
    }
  }

  async put(key: string, body: Body, options: PutOptions = {}): Promise<void> {
    checkKey(key);
    options.signal?.throwIfAborted();
    const bytes = body instanceof Uint8Array ? Uint8Array.from(body) : await collect(body, options.signal);
    this.#objects.set(key, bytes);
  }

  async putIfAbsent(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<boolean> {
    checkKey(key);
    options.signal?.throwIfAborted();
    if (this.#objects.has(key)) return false;
    this.#objects.set(key, Uint8Array.from(bytes));
    return true;
  }

  async head(key: string): Promise<{ readonly bytes: number } | null> {
    checkKey(key);
    const stored = this.#objects.get(key);
    return stored ? { bytes: stored.length } : null;
  }

  async *list(prefix: string, { startAfter = '', signal }: ListOptions = {}): AsyncGenerator<Stored> {
    checkPrefix(prefix);
    const wanted = (key: string): boolean =>
      key.startsWith(prefix) && (startAfter === '' || compareCodePoints(key, startAfter) > 0);
    for (const key of [...this.#objects.keys()].filter(wanted).sort(compareCodePoints)) {
      signal?.throwIfAborted();
      const stored = this.#objects.get(key);
      if (stored) yield { key, bytes: stored.length };
    }
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    this.#objects.delete(key);
  }

  async deleteMany(keys: Iterable<string> | AsyncIterable<string>): Promise<void> {
    for await (const key of keys) await this.delete(key);
  }
}

async function collect(body: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    signal?.throwIfAborted();
    chunks.push(Uint8Array.from(chunk));
  }
  signal?.throwIfAborted();
  return Uint8Array.from(Buffer.concat(chunks));
}
