/** Why a request to an object store failed, as far as callers tell cases apart. */
export type S3FailureKind =
  /** There is no such object. */
  | 'absent'
  /** There is an object already (the answer to a conditional put). */
  | 'exists'
  /** The range begins behind the object's end. */
  | 'range'
  /** There is no such multipart upload (any more). */
  | 'noUpload'
  | 'noBucket'
  /** Credentials are missing, wrong or not sufficient. */
  | 'denied'
  /** The server wants fewer requests. */
  | 'throttled'
  /** The server or the way to it failed for now. */
  | 'transient'
  /** Anything else: trying again would not help. */
  | 'final';

/** A failed request. It carries no part of the request, since that holds credentials. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure';
  readonly kind: S3FailureKind;
  /** How long the server asks to wait before the next request; 0 when it does not. */
  readonly retryAfterMs: number;

  constructor(kind: S3FailureKind, message: string, retryAfterMs = 0) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The head of an object, and its bytes to be read once. */
export interface S3Object {
  /** Size of the body in bytes: of the object or the wanted part of it. */
  readonly bytes: number;
  /** Changes with the content; '' when the server gives none. */
  readonly etag: string;
  /** Fails with an S3Failure. Must be read to its end or left with `return()`. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface S3Head {
  readonly bytes: number;
  /** The `writer` of the put that made the object; '' for objects made otherwise. */
  readonly writer: string;
}

export interface S3Page {
  readonly objects: readonly {
    readonly key: string;
    readonly bytes: number;
    /** When it was last written; absent where the server does not tell. */
    readonly modifiedMs?: number;
    /** Changes with the content; absent where the server does not tell. */
    readonly etag?: string;
  }[];
  /** Gives the next page; null on the last. */
  readonly token: string | null;
}

export interface S3Put {
  /** Any text that tells this put from all others. */
  readonly writer: string;
  /** Fail with 'exists' unless the key is free (`If-None-Match: *`). */
  readonly ifAbsent?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface S3Part {
  /** From 1 on. */
  readonly number: number;
  readonly etag: string;
}

/**
 * One bucket of an object store, one request per call, without retries. Keys are full keys of the bucket. Everything fails with
 * an S3Failure, except that an abort rejects with anything.
 */
export interface S3Api {
  /** Where requests go, for messages; '' for AWS itself. */
  readonly endpoint: string;
  /** @param range `bytes=` header value */
  get(key: string, range: string | undefined, signal?: AbortSignal): Promise<S3Object>;
  /** Fails with 'absent'. */
  head(key: string, signal?: AbortSignal): Promise<S3Head>;
  put(key: string, bytes: Uint8Array, options: S3Put): Promise<void>;
  /** At most 1,000 keys that start with `prefix`, in the order of their UTF-8 bytes, after `startAfter` or where `token` says. */
  list(
    prefix: string,
    from: { readonly startAfter?: string | undefined; readonly token?: string | undefined },
    signal?: AbortSignal,
  ): Promise<S3Page>;
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** Deletes at most 1,000 keys; gives those that failed. */
  deleteMany(keys: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, S3Failure>>;
  /** Begins a multipart upload; gives its id. */
  createUpload(key: string, options: S3Put): Promise<string>;
  putPart(
    key: string,
    upload: string,
    number: number,
    bytes: Uint8Array,
    signal?: AbortSignal,
  ): Promise<S3Part>;
  /** @param parts by ascending number */
  completeUpload(key: string, upload: string, parts: readonly S3Part[], signal?: AbortSignal): Promise<void>;
  abortUpload(key: string, upload: string): Promise<void>;
}
