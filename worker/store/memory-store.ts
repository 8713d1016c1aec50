import { FacefleetError } from '../errors/facefleet-error.ts';
import { byteRange } from './byte-range.ts';
import { checkKey, checkPrefix } from './check-key.ts';
import { compareCodePoints } from './compare-code-points.ts';
import type { Body, GetOptions, PutOptions, Store, Stored } from './store.ts';

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

  async *list(prefix: string): AsyncGenerator<Stored> {
    checkPrefix(prefix);
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareCodePoints);
    for (const key of keys) {
      const stored = this.#objects.get(key);
      if (stored) yield { key, bytes: stored.length };
    }
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    this.#objects.delete(key);
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
