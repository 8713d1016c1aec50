import { randomUUID } from 'node:crypto';
import { inParts } from './in-parts.ts';
import { retried, type Tries } from './retry.ts';
import { type S3Api, S3Failure } from './s3-api.ts';
import { headOrNull } from './s3-head.ts';
import { putInParts } from './s3-multipart.ts';
import type { Body } from './store.ts';

/** Writes an object, in parts when it is larger than `partBytes`. Throws S3Failure, and what the body throws. */
export async function putObject(
  api: S3Api,
  key: string,
  body: Body,
  partBytes: number,
  tries: Tries,
): Promise<void> {
  const writer = randomUUID();
  const { signal } = tries;
  const parts = body instanceof Uint8Array ? slices(body, partBytes) : inParts(body, partBytes, signal);
  const first = await parts.next();
  const second = await parts.next();
  const bytes = first.value ?? new Uint8Array(0);
  if (second.done) await retried(() => api.put(key, bytes, { writer, signal }), tries);
  else await putInParts(api, key, chained([bytes, second.value], parts), writer, tries);
}

/**
 * Writes an object in one request if the key is free; says whether it was. An attempt whose answer got lost may have won: then the
 * next one meets the object, which tells by its writer.
 */
export async function putObjectIfAbsent(
  api: S3Api,
  key: string,
  bytes: Uint8Array,
  tries: Tries,
): Promise<boolean> {
  const writer = randomUUID();
  const { signal } = tries;
  let attempts = 0;
  try {
    await retried((attempt) => {
      attempts = attempt;
      return api.put(key, bytes, { writer, ifAbsent: true, signal });
    }, tries);
    return true;
  } catch (error) {
    if (!(error instanceof S3Failure) || error.kind !== 'exists') throw error;
    return attempts > 1 && (await retried(() => headOrNull(api, key, signal), tries))?.writer === writer;
  }
}

async function* slices(bytes: Uint8Array, partBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}

async function* chained(
  begin: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* begin;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
