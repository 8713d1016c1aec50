import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { byteRange } from './byte-range.ts';
import { errno } from './dir-error.ts';
import type { GetOptions } from './store.ts';

// Neither follow a link in the last segment nor hang on a named pipe (both flags are absent on Windows).
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** What one system call is asked for at most. */
const MOST_BYTES = 1 << 30;
/** Size of a stream's chunks. */
const CHUNK_BYTES = 1 << 18;
const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR']);

/** Whether a system error says that no regular file lies at a path. */
export function isMissing(error: unknown): boolean {
  return MISSING.has(errno(error));
}

/** Reads the wanted range of the regular file `path`. Throws FF4006 when there is another thing, or system errors. */
export async function readRange(path: string, key: string, options: GetOptions): Promise<Uint8Array> {
  const file = await open(path, READ);
  try {
    const { start, end } = await wantedOf(file, key, options);
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length; ) {
      const piece = bytes.subarray(done, done + MOST_BYTES);
      done += await readSome(file, piece, start + done, key, options);
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** The same as a stream of chunks. The file stays open, so that all of them are of one version of it. */
export async function* readChunks(
  path: string,
  key: string,
  options: GetOptions,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, READ);
  try {
    const { start, end } = await wantedOf(file, key, options);
    for (let at = start; at < end; ) {
      const chunk = new Uint8Array(Math.min(end - at, CHUNK_BYTES));
      const read = await readSome(file, chunk, at, key, options);
      at += read;
      yield chunk.subarray(0, read);
    }
  } finally {
    await file.close();
  }
}

async function wantedOf(
  file: FileHandle,
  key: string,
  options: GetOptions,
): Promise<{ readonly start: number; readonly end: number }> {
  const stat = await file.stat();
  if (!stat.isFile()) throw absent(key);
  return byteRange(key, stat.size, options);
}

/** Fills the beginning of `bytes`, at least one of them, and says how many. */
async function readSome(
  file: FileHandle,
  bytes: Uint8Array,
  at: number,
  key: string,
  { signal }: GetOptions,
): Promise<number> {
  signal?.throwIfAborted();
  const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
  if (bytesRead === 0) throw new FacefleetError('FF4006', `${key}: it became shorter while it was read`);
  return bytesRead;
}

/** The error of a get for a key without object. */
export function absent(key: string): FacefleetError {
  return new FacefleetError('FF4006', `${key}: it does not exist`);
}
