import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { dirError } from '../store/dir-error.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The bytes of a file in pieces. Throws FF1201 with the reason when it cannot be read. @param name of the file in errors */
export async function* fileChunks(path: string, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof FacefleetError) throw error;
    throw unreadable(name, error);
  }
}

/** SHA-256 (hex) of a file. Throws FF1201 when it cannot be read. */
export async function fileSha256(path: string): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const bytes of fileChunks(path, path)) sha256.update(bytes);
  return sha256.digest('hex');
}

/** FF1201 with a path and what the system says of it. */
export function unreadable(path: string, error: unknown): FacefleetError {
  return new FacefleetError('FF1201', dirError('FF4006', path, error).detail, { cause: error });
}
