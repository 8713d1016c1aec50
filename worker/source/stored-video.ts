import {
  AVERROR_EIO,
  AVERROR_EOF,
  AVSEEK_CUR,
  AVSEEK_END,
  AVSEEK_SET,
  AVSEEK_SIZE,
  type AVSeekWhence,
} from 'node-av/constants';
import { IOContext } from 'node-av/lib';
import type { Store } from '../store/store.ts';

/** How much is fetched at a time: a store answers slowly, but then with many bytes. */
const FETCH_BYTES = 1024 * 1024;

/** Reads an object of a store for a demuxer. Only asynchronous calls of the demuxer can be served. */
export class StoredVideo {
  readonly io = new IOContext();
  /** Why the store could not be read, once that has happened: the demuxer only knows that something failed. */
  failure: unknown;
  readonly #store: Store;
  readonly #key: string;
  readonly #bytes: number;
  #at = 0;

  /** @param bytes size of the object */
  constructor({ store, key }: { readonly store: Store; readonly key: string }, bytes: number) {
    this.#store = store;
    this.#key = key;
    this.#bytes = bytes;
    const read = (length: number): Promise<Buffer | number> => this.#read(length);
    const seek = (offset: bigint, whence: AVSeekWhence): bigint => this.#seek(Number(offset), whence);
    this.io.allocContextWithCallbacks(FETCH_BYTES, 0, read, null, seek);
  }

  async #read(length: number): Promise<Buffer | number> {
    if (this.#at >= this.#bytes) return AVERROR_EOF;
    try {
      const bytes = await this.#store.get(this.#key, { offset: this.#at, length });
      if (bytes.length === 0) return AVERROR_EOF;
      this.#at += bytes.length;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (thrown) {
      this.failure ??= thrown;
      return AVERROR_EIO;
    }
  }

  #seek(offset: number, whence: AVSeekWhence): bigint {
    if (whence === AVSEEK_SIZE) return BigInt(this.#bytes);
    if (whence === AVSEEK_SET) this.#at = offset;
    else if (whence === AVSEEK_CUR) this.#at += offset;
    else if (whence === AVSEEK_END) this.#at = this.#bytes + offset;
    return BigInt(this.#at);
  }
}
