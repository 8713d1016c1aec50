/** One stored object as `list` reports it. */
export interface Stored {
  readonly key: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** When it was last written, in ms since 1970 by the store's clock; absent where the store does not tell. */
  readonly modifiedMs?: number;
  /** Another one when the content is another one; absent where the store does not tell. */
  readonly version?: string;
}

export interface GetOptions {
  /** First byte, 0-based; default 0. At or beyond the end gives no bytes. */
  readonly offset?: number;
  /** At most so many bytes; default to the end. */
  readonly length?: number;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** List only keys behind this one in the order of listing; it need not exist, nor be a key. */
  readonly startAfter?: string;
  /** Told of each object of an object store that is left out because its name is no key; names of folders do not count. */
  readonly onLeftOut?: () => void;
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
 * Every failure of the store itself is a FacefleetError: FF4001 while writing, FF4006 while reading, and with either FF4010 where
 * access is refused and FF4011 where the whole store is missing. Adapters try again by themselves what may pass; what they throw is final for
 * now, and what failed with FF4001 may have been written nevertheless. An aborted `signal` rejects with its reason and leaves nothing
 * behind. An error thrown by a body's iterator comes out unchanged.
 */
export interface Store {
  /** Where the store lies, for messages: a folder, a bucket address. */
  readonly location: string;

  /** The bytes of an object or a range of them, as a copy that the caller owns. Throws FF4006 when it does not exist. */
  get(key: string, options?: GetOptions): Promise<Uint8Array>;

  /**
   * The same as a stream of chunks that the caller owns, all of one version of the object. Throws as `get` does, at the first chunk.
   * Left early, it lets go of the object.
   */
  getStream(key: string, options?: GetOptions): AsyncGenerator<Uint8Array>;

  /** Writes an object, replacing an earlier one at once. */
  put(key: string, body: Body, options?: PutOptions): Promise<void>;

  /** Writes an object only if the key is free. Of any number of concurrent callers exactly one gets `true`. */
  putIfAbsent(key: string, bytes: Uint8Array, options?: PutOptions): Promise<boolean>;

  /** The size of an object, or null when it does not exist. */
  head(key: string): Promise<{ readonly bytes: number } | null>;

  /**
   * Every object whose key starts with `prefix` ('' for all; it need not end at a '/'), sorted by code points. Objects that come
   * or go meanwhile may or may not be listed; all others are, exactly once. What others stored under names that are no keys is left out.
   * Only a page of an object store, or the names of the open folders, are held in memory.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<Stored>;

  /** Removes an object; no error when it does not exist. */
  delete(key: string): Promise<void>;

  /** Removes many objects, as they come; fails at the first that cannot be removed, with others removed or not. */
  deleteMany(keys: Iterable<string> | AsyncIterable<string>): Promise<void>;
}
