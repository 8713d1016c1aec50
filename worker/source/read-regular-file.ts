import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { asFacefleetError, FacefleetError } from '../errors/facefleet-error.ts';
import { describeKind, kindOf } from './list-entries.ts';

/**
 * Reads a whole file, but only a regular one of a bounded size. A pipe, device, socket or folder is refused without being
 * opened; one that takes the file's place in between cannot block, because the open does not wait for a writer.
 *
 * @param maxBytes largest accepted size
 * @throws {FacefleetError} FF1004 too large, FF1005 empty, FF1006 missing, unreadable or no regular file
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    checkStats(await stat(path), path, maxBytes);
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    checkStats(stats, path, maxBytes);
    return await readExactly(file, stats.size, path);
  } catch (thrown) {
    throw asFacefleetError(thrown, 'FF1006', path);
  } finally {
    await file?.close();
  }
}

function checkStats(stats: Stats, path: string, maxBytes: number): void {
  if (!stats.isFile()) throw new FacefleetError('FF1006', `${path} is ${describeKind(kindOf(stats))}`);
  if (stats.size === 0) throw new FacefleetError('FF1005', path);
  if (stats.size > maxBytes)
    throw new FacefleetError('FF1004', `${path} has ${stats.size} bytes, the limit is ${maxBytes}`);
}

/** Reads `size` bytes: never more than was checked, even when the file grows meanwhile. */
async function readExactly(file: FileHandle, size: number, path: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) throw new FacefleetError('FF1006', `${path} shrank while it was read`);
    filled += bytesRead;
  }
  return bytes;
}
