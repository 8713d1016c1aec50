/** One stored object as `list` reports it. */
export interface Stored {
  readonly key: string;
  /** Size in bytes. */
  readonly bytes: number;
}

export interface GetOptions {
  /** First byte, 0-based; default 0. At or beyond the end gives no bytes. */
  readonly offset?: number;
  /** At most so many bytes; default to the end. */
  readonly length?: number;
  readonly signal?: AbortSignal;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** Return only when the object survives a power failure. Object stores always do; a folder needs fsync. */
  readonly durable?: boolean;
}

/** What can be stored: bytes, or a stream of them (of which only a bounded share is held in memory). */
export type Body = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Where an extraction keeps its outputs: objects under keys, each written whole or not at all.
 *
 * A key is a relative path (see `checkKey`); every verb throws FF4004 for a key that is not. A reader sees the object before or
 * after a concurrent put, never a mixture. A store may refuse (FF4001) a key that runs *through* another one (`a` and `a/b`), and
 * may hold keys that differ only in case or Unicode form for one: callers keep to keys that do neither.
 *
 * Every failure of the store itself is a FacefleetError: FF4001 while writing, FF4006 while reading. An aborted `signal` rejects
 * with its reason and leaves nothing behind. An error thrown by a body's iterator comes out unchanged.
 */
export interface Store {
  /** Where the store lies, for messages: a folder, a bucket address. */
  readonly location: string;

  /** The bytes of an object or a range of them, as a copy that the caller owns. Throws FF4006 when it does not exist. */
  get(key: string, options?: GetOptions): Promise<Uint8Array>;

  /** Writes an object, replacing an earlier one at once. */
  put(key: string, body: Body, options?: PutOptions): Promise<void>;

  /** Writes an object only if the key is free. Of any number of concurrent callers exactly one gets `true`. */
  putIfAbsent(key: string, bytes: Uint8Array, options?: PutOptions): Promise<boolean>;

  /** The size of an object, or null when it does not exist. */
  head(key: string): Promise<{ readonly bytes: number } | null>;

  /**
   * Every object whose key starts with `prefix` ('' for all; it need not end at a '/'), sorted by code points. Objects that come
   * or go meanwhile may or may not be listed; all others are, exactly once.
   */
  list(prefix: string): AsyncIterable<Stored>;

  /** Removes an object; no error when it does not exist. */
  delete(key: string): Promise<void>;
}
