import { open } from 'node:fs/promises';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { FaceHeader } from '../formats/png-header/face-header.ts';
import { readFaceHeader } from '../formats/png-header/face-png.ts';
import { unreadable } from './file-chunks.ts';

/** Nearly all headers lie within the first bytes of their file: they have some 20 kB with three masks. */
const FIRST_BYTES = 128 * 1024;
/** No header is longer. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The faceswap header of a face PNG, read from the file's beginning; null when it has none.
 * @param name of the file in errors
 * @throws FacefleetError FF1201
 */
export async function readHeaderOf(path: string, name = path): Promise<FaceHeader | null> {
  const head = await beginning(path, FIRST_BYTES);
  try {
    return readFaceHeader(head, name);
  } catch (error) {
    if (head.length < FIRST_BYTES || !(error instanceof FacefleetError)) throw error;
    return readFaceHeader(await beginning(path, MAX_BYTES), name);
  }
}

async function beginning(path: string, bytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, bytes));
      let done = 0;
      while (done < buffer.length) {
        const { bytesRead } = await file.read(buffer, done, buffer.length - done, done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return buffer.subarray(0, done);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}
