import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dirError } from '../store/dir-error.ts';
import { removeAtExit } from './remove-at-exit.ts';

/** A stream's bytes in a temporary file, so that they can be read more than once. */
export interface SpooledStream {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Writes a stream into a temporary file, to its end. It is removed at the latest when the process exits.
 * @throws FacefleetError FF4001 when that fails
 */
export async function spoolStream(stream: Readable): Promise<SpooledStream> {
  const folder = await mkdtemp(join(tmpdir(), 'facefleet-'));
  const path = join(folder, 'alignments');
  const settled = removeAtExit(folder);
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    settled();
  };
  try {
    await pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    await remove();
    throw dirError('FF4001', path, error);
  }
  return { path, remove };
}

/** The standard input, or a named pipe. */
export function openStream(path: string | null): Readable {
  return path === null ? process.stdin : createReadStream(path);
}
