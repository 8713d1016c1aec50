import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { byteRange } from './byte-range.ts';
import { errno } from './dir-error.ts';
import type { GetOptions } from './store.ts';

// Neither follow a link in the last segment nor hang on a named pipe (both flags are absent on Windows).
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR']);

/** Whether a system error says that no regular file lies at a path. */
export function isMissing(error: unknown): boolean {
  return MISSING.has(errno(error));
}

/** Reads the wanted range of the regular file `path`. Throws FF4006 when there is another thing, or system errors. */
export async function readRange(path: string, key: string, options: GetOptions): Promise<Uint8Array> {
  const file = await open(path, READ);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw absent(key);
    const { start, end } = byteRange(key, stat.size, options);
    const bytes = new Uint8Array(end - start);
    let done = 0;
    while (done < bytes.length) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await file.read(
        bytes,
        done,
        Math.min(bytes.length - done, 1 << 30),
        start + done,
      );
      if (bytesRead === 0) throw new FacefleetError('FF4006', `${key}: it became shorter while it was read`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** The error of a get for a key without object. */
export function absent(key: string): FacefleetError {
  return new FacefleetError('FF4006', `${key}: it does not exist`);
}
