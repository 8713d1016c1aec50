import type { FileHandle } from 'node:fs/promises';
import { constants, copyFile, link, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errno } from './dir-error.ts';
import { syncFolder } from './dir-folder.ts';
import type { Body, PutOptions } from './store.ts';
import { tmpName } from './tmp-name.ts';

/** An error that came from the body of a put, not from the file system: it is passed on as it is. */
export class BodyError extends Error {}

/** A temporary file that is open for writing. */
export interface TmpFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** Makes a temporary file in `folder`, which then cannot be removed as empty. */
export async function createTmp(folder: string): Promise<TmpFile> {
  const path = join(folder, tmpName());
  return { path, file: await open(path, 'wx') };
}

/**
 * Writes `body` and closes the file; on any failure the file is removed.
 * Errors of the body itself (or the abort reason) arrive as the cause of a BodyError.
 */
export async function fillTmp({ path, file }: TmpFile, body: Body, options: PutOptions): Promise<void> {
  try {
    await writeBody(file, body, options.signal);
    if (options.durable) await file.datasync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(path).catch(() => {});
    throw error;
  }
}

async function writeBody(file: FileHandle, body: Body, signal: AbortSignal | undefined): Promise<void> {
  if (body instanceof Uint8Array) return writeAll(file, body);
  const iterator = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await ofBody(async () => {
        signal?.throwIfAborted();
        return await iterator.next();
      });
      if (next.done) {
        ended = true;
        break;
      }
      await writeAll(file, next.value);
    }
    await ofBody(async () => signal?.throwIfAborted());
  } finally {
    if (!ended) await iterator.return?.();
  }
}

async function ofBody<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new BodyError('the body of a put failed', { cause: error });
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten;
}

/** Gives the finished temporary file its name, replacing what had it. */
export async function publish(tmp: string, folder: string, name: string, durable: boolean): Promise<void> {
  try {
    await rename(tmp, join(folder, name));
  } catch (error) {
    await unlink(tmp).catch(() => {});
    throw error;
  }
  if (durable) await syncFolder(folder);
}

/**
 * Gives the finished temporary file its name if that is free; says whether it was. The temporary file is gone either way.
 *
 * FAT, exFAT and some network file systems have no hard links. There an exclusive copy decides who wins, so that a power failure
 * may leave the object cut short.
 * @param makeLink the system's link, or a stand-in for one of a file system without links
 */
export async function publishIfAbsent(
  tmp: string,
  folder: string,
  name: string,
  durable: boolean,
  makeLink: (from: string, to: string) => Promise<void> = link,
): Promise<boolean> {
  const path = join(folder, name);
  try {
    try {
      await makeLink(tmp, path);
    } catch (error) {
      if (!NO_LINKS.has(errno(error))) throw error;
      await copyFile(tmp, path, constants.COPYFILE_EXCL);
      if (durable) await syncFile(path);
    }
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(tmp);
  }
  if (durable) await syncFolder(folder);
  return true;
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
