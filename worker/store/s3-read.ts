import { FacefleetError } from '../errors/facefleet-error.ts';
import { type Tries, waitToRetry } from './retry.ts';
import { type S3Api, S3Failure, type S3Object } from './s3-api.ts';

/** A part of an object, or all of it. */
export interface S3Range {
  readonly offset: number;
  /** Infinity for all that follows. */
  readonly length: number;
}

/**
 * Reads a range of an object chunk by chunk. Where the connection breaks it goes on from the last byte, as long as the object is the same
 * one. Only failures without a byte in between count together.
 * @param onSize gets the number of bytes to come before the first of them
 * Throws S3Failure, and FF4006 when the object was replaced while it was read.
 */
export async function* readObject(
  api: S3Api,
  key: string,
  range: S3Range,
  tries: Tries,
  onSize: (bytes: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const { signal } = tries;
  let at = range.offset;
  let first: { readonly etag: string; readonly end: number } | undefined;
  for (let failures = 0; ; ) {
    try {
      signal?.throwIfAborted();
      const object = await openAt(api, key, at, first?.end ?? range.offset + range.length, signal);
      if (first === undefined) {
        first = { etag: object.etag, end: at + object.bytes };
        onSize(object.bytes);
      } else if (object.etag !== first.etag || at + object.bytes !== first.end) {
        throw new FacefleetError('FF4006', `${key}: it was replaced while it was read`);
      }
      for await (const chunk of object.body) {
        signal?.throwIfAborted();
        at += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (at === first.end) return;
      throw new S3Failure('transient', `the body ended ${first.end - at} bytes early`);
    } catch (error) {
      // All bytes were there; what broke afterwards does not matter.
      if (at === first?.end) return;
      failures++;
      await waitToRetry(error, failures, tries);
    }
  }
}

const EMPTY: S3Object = { bytes: 0, etag: '', body: (async function* () {})() };

async function openAt(
  api: S3Api,
  key: string,
  at: number,
  end: number,
  signal?: AbortSignal,
): Promise<S3Object> {
  if (end === at) {
    // A range of nothing cannot be asked for; that the object exists can.
    await api.head(key, signal);
    return EMPTY;
  }
  const whole = at === 0 && end === Number.POSITIVE_INFINITY;
  const range = whole ? undefined : `bytes=${at}-${end === Number.POSITIVE_INFINITY ? '' : end - 1}`;
  try {
    return await api.get(key, range, signal);
  } catch (error) {
    if (error instanceof S3Failure && error.kind === 'range') return EMPTY;
    throw error;
  }
}
