import { randomUUID } from 'node:crypto';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { wantedRange } from './byte-range.ts';
import { checkKey, checkPrefix, MAX_KEY_BYTES, RESERVED_PREFIX } from './check-key.ts';
import { type RetryPolicy, retried, type Tries } from './retry.ts';
import { type S3Api, S3Failure } from './s3-api.ts';
import { deleteObjects } from './s3-delete.ts';
import { headOrNull } from './s3-head.ts';
import { listObjects } from './s3-list.ts';
import { S3_DEFAULTS } from './s3-options.ts';
import { readObject } from './s3-read.ts';
import { putObject, putObjectIfAbsent } from './s3-write.ts';
import type { Body, GetOptions, ListOptions, PutOptions, Store, Stored } from './store.ts';

/** Where in a bucket a store lies, and how it writes. */
export interface S3Place {
  readonly bucket: string;
  /** '' or what ends in '/'. */
  readonly prefix: string;
  readonly partBytes?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/**
 * A store in a bucket, under a prefix. The only condition it asks of the server is `If-None-Match: *` on a single PUT, the one that
 * every server tried gets right (Ceph 16 ignores it at the end of a multipart upload); so an object of `putIfAbsent` goes in one
 * request, 5 GiB at most, and others in parts when they are large.
 */
export class S3Store implements Store {
  readonly location: string;
  readonly #api: S3Api;
  readonly #prefix: string;
  readonly #partBytes: number;
  readonly #policy: RetryPolicy;

  /** Use `openStore`. */
  constructor(api: S3Api, { bucket, prefix, partBytes, retry }: S3Place) {
    this.#api = api;
    this.#prefix = prefix;
    this.location = `s3://${bucket}/${prefix}`.replace(/\/$/, '');
    this.#partBytes = partBytes ?? S3_DEFAULTS.partBytes;
    this.#policy = { ...S3_DEFAULTS.retry, ...retry };
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    let bytes = new Uint8Array(0);
    let at = 0;
    const chunks = this.#read(key, options, (size) => {
      bytes = new Uint8Array(size);
    });
    for await (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  getStream(key: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    return this.#read(key, options);
  }

  async put(key: string, body: Body, options: PutOptions = {}): Promise<void> {
    const full = this.#full(key);
    await this.#named('FF4001', key, options.signal, (tries) =>
      putObject(this.#api, full, body, this.#partBytes, tries),
    );
  }

  async putIfAbsent(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<boolean> {
    const full = this.#full(key);
    return await this.#named('FF4001', key, options.signal, (tries) =>
      putObjectIfAbsent(this.#api, full, bytes, tries),
    );
  }

  async head(key: string): Promise<{ readonly bytes: number } | null> {
    const full = this.#full(key);
    const head = await this.#named('FF4006', key, undefined, (tries) =>
      retried(() => headOrNull(this.#api, full), tries),
    );
    return head && { bytes: head.bytes };
  }

  async *list(
    prefix: string,
    { startAfter = '', signal, onLeftOut }: ListOptions = {},
  ): AsyncGenerator<Stored> {
    checkPrefix(prefix);
    const from = startAfter === '' ? '' : this.#prefix + startAfter.toWellFormed();
    try {
      yield* listObjects(this.#api, this.#prefix, prefix, from, this.#tries(signal), onLeftOut);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#translated('FF4006', prefix, error);
    }
  }

  async delete(key: string): Promise<void> {
    const full = this.#full(key);
    await this.#named('FF4001', key, undefined, (tries) => retried(() => this.#api.delete(full), tries));
  }

  async deleteMany(keys: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const full = async function* (this: S3Store): AsyncGenerator<string> {
      for await (const key of keys) yield this.#full(key);
    };
    await this.#named('FF4001', '', undefined, (tries) => deleteObjects(this.#api, full.call(this), tries));
  }

  /**
   * Throws FF4012 when the server lets a second conditional put replace the first: nothing is safe from a rival there. Three requests.
   */
  async proveConditions(): Promise<void> {
    const probe = `${this.#prefix}${RESERVED_PREFIX}probe-${randomUUID()}`;
    await this.#named('FF4001', '', undefined, async (tries) => {
      const put = (): Promise<boolean> => putObjectIfAbsent(this.#api, probe, Buffer.from('probe'), tries);
      try {
        if ((await put()) && (await put())) throw new FacefleetError('FF4012', this.#where(''));
      } finally {
        await this.#api.delete(probe).catch(() => {});
      }
    });
  }

  async *#read(
    key: string,
    options: GetOptions,
    onSize?: (bytes: number) => void,
  ): AsyncGenerator<Uint8Array> {
    const full = this.#full(key);
    const range = wantedRange(key, options);
    try {
      yield* readObject(this.#api, full, range, this.#tries(options.signal), onSize);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw this.#translated('FF4006', key, error);
    }
  }

  /** Runs `work`; its S3 failures come out with our code and the place where they happened. */
  async #named<T>(
    code: 'FF4001' | 'FF4006',
    key: string,
    signal: AbortSignal | undefined,
    work: (tries: Tries) => Promise<T>,
  ): Promise<T> {
    try {
      signal?.throwIfAborted();
      return await work(this.#tries(signal));
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#translated(code, key, error);
    }
  }

  #tries(signal: AbortSignal | undefined): Tries {
    return { policy: this.#policy, judge: whenToRetry, signal };
  }

  #translated(code: 'FF4001' | 'FF4006', key: string, error: unknown): unknown {
    if (!(error instanceof S3Failure)) return error;
    if (error.kind === 'absent')
      return new FacefleetError(code, `${this.location}/${key}: it does not exist`);
    const own = error.kind === 'denied' ? 'FF4010' : error.kind === 'noBucket' ? 'FF4011' : code;
    return new FacefleetError(own, `${this.#where(key)}: ${error.message}`, { cause: error });
  }

  #where(key: string): string {
    return `${this.location}${key && `/${key}`}${this.#api.endpoint && ` at ${this.#api.endpoint}`}`;
  }

  #full(key: string): string {
    checkKey(key);
    const full = this.#prefix + key;
    if (Buffer.byteLength(full) <= MAX_KEY_BYTES) return full;
    throw new FacefleetError(
      'FF4004',
      `${this.location}/${key}: it is longer than ${MAX_KEY_BYTES} bytes in all`,
    );
  }
}

/** Whether a failed request may succeed later, and how long to wait at least. */
function whenToRetry(error: unknown): number | null {
  if (!(error instanceof S3Failure)) return null;
  return error.kind === 'transient' || error.kind === 'throttled' ? error.retryAfterMs : null;
}
