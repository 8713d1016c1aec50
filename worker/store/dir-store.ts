import { lstat, realpath, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { checkKey, checkPrefix } from './check-key.ts';
import { dirError, errno } from './dir-error.ts';
import { findFolder, makeFolder, splitKey } from './dir-folder.ts';
import { listFolder, removeLeftovers } from './dir-list.ts';
import { absent, isMissing, readChunks, readRange } from './dir-read.ts';
import { BodyError, createTmp, fillTmp, publish, publishIfAbsent, type TmpFile } from './dir-write.ts';
import { makeDirs } from './make-dirs.ts';
import type { Body, GetOptions, ListOptions, PutOptions, Store, Stored } from './store.ts';

/** How often a put makes its folder again when a delete of the last file there removes it. */
const TMP_TRIES = 10;
/** Files removed at once. */
const DELETE_WIDTH = 32;

/**
 * Opens the folder `path` as a store and removes what killed processes left half written in it.
 * @param options.create make the folder when it is missing (default true)
 * @param options.readOnly change nothing: neither make the folder nor remove anything (default false)
 * Throws FF4001 when it cannot be made, FF4006 when it is missing and not to be made.
 */
export async function openDirStore(
  path: string,
  options: { create?: boolean; readOnly?: boolean } = {},
): Promise<DirStore> {
  const wanted = resolve(path);
  const { readOnly = false } = options;
  const create = (options.create ?? true) && !readOnly;
  let root: string;
  try {
    if (create) await makeDirs(wanted);
    root = await realpath(wanted);
    if (!(await lstat(root)).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw dirError(create ? 'FF4001' : 'FF4006', wanted, error);
  }
  if (readOnly) return new DirStore(root);
  try {
    await removeLeftovers(root);
  } catch (error) {
    throw dirError('FF4001', root, error);
  }
  return new DirStore(root);
}

/**
 * A store in a folder of this machine; the key is the path below it. Objects are written to a temporary file beside their place
 * and renamed (put) or linked (putIfAbsent) into it. Symbolic links are replaced, never written through; folders that are links
 * are used only when they lead to a place inside the root.
 */
export class DirStore implements Store {
  readonly location: string;
  readonly #root: string;

  /** @param root the real path of an existing folder; use `openDirStore` */
  constructor(root: string) {
    this.location = root;
    this.#root = root;
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    checkDirKey(key);
    options.signal?.throwIfAborted();
    const { folder, name } = splitKey(key);
    try {
      const found = await findFolder(this.#root, folder);
      if (found === null) throw absent(key);
      const bytes = await readRange(join(found, name), key, options);
      options.signal?.throwIfAborted();
      return bytes;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isMissing(error)) throw absent(key);
      throw dirError('FF4006', this.#path(key), error);
    }
  }

  async *getStream(key: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    checkDirKey(key);
    options.signal?.throwIfAborted();
    const { folder, name } = splitKey(key);
    try {
      const found = await findFolder(this.#root, folder);
      if (found === null) throw absent(key);
      yield* readChunks(join(found, name), key, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isMissing(error)) throw absent(key);
      throw dirError('FF4006', this.#path(key), error);
    }
  }

  async put(key: string, body: Body, options: PutOptions = {}): Promise<void> {
    await this.#write(key, body, options, async (tmp, folder, name) => {
      await publish(tmp, folder, name, options.durable ?? false);
    });
  }

  async putIfAbsent(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<boolean> {
    if (await this.head(key)) return false;
    return await this.#write(key, bytes, options, (tmp, folder, name) =>
      publishIfAbsent(tmp, folder, name, options.durable ?? false),
    );
  }

  async head(key: string): Promise<{ readonly bytes: number } | null> {
    checkDirKey(key);
    const { folder, name } = splitKey(key);
    try {
      const found = await findFolder(this.#root, folder);
      if (found === null) return null;
      const stat = await lstat(join(found, name));
      return stat.isFile() ? { bytes: stat.size } : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw dirError('FF4006', this.#path(key), error);
    }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<Stored> {
    checkPrefix(prefix);
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    try {
      const folder = await findFolder(this.#root, base.split('/').slice(0, -1));
      if (folder !== null) yield* listFolder(folder, base, prefix, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (errno(error) === 'ENOTDIR') return;
      throw dirError('FF4006', this.#path(base), error);
    }
  }

  async delete(key: string): Promise<void> {
    checkDirKey(key);
    const { folder, name } = splitKey(key);
    try {
      const found = await findFolder(this.#root, folder);
      if (found === null || (await lstat(join(found, name))).isDirectory()) return;
      await unlink(join(found, name));
      await this.#prune(found);
    } catch (error) {
      if (isMissing(error)) return;
      throw dirError('FF4001', this.#path(key), error);
    }
  }

  async deleteMany(keys: Iterable<string> | AsyncIterable<string>): Promise<void> {
    let batch: string[] = [];
    const flush = async (): Promise<void> => {
      await Promise.all(batch.map((key) => this.delete(key)));
      batch = [];
    };
    for await (const key of keys) if (batch.push(key) === DELETE_WIDTH) await flush();
    await flush();
  }

  /** Runs `place` on the body written to a temporary file. */
  async #write<T>(
    key: string,
    body: Body,
    options: PutOptions,
    place: (tmp: string, folder: string, name: string) => Promise<T>,
  ): Promise<T> {
    checkDirKey(key);
    options.signal?.throwIfAborted();
    const { folder, name } = splitKey(key);
    try {
      const { made, tmp } = await this.#tmpIn(folder, options.durable ?? false);
      await fillTmp(tmp, body, options);
      return await place(tmp.path, made, name);
    } catch (error) {
      if (error instanceof BodyError) throw error.cause;
      throw dirError('FF4001', this.#path(key), error);
    }
  }

  /** A temporary file in a folder that is made when missing, and again when a delete empties and prunes it meanwhile. */
  async #tmpIn(folder: readonly string[], durable: boolean): Promise<{ made: string; tmp: TmpFile }> {
    for (let tries = 1; ; tries++) {
      try {
        const made = await makeFolder(this.#root, folder, durable);
        return { made, tmp: await createTmp(made) };
      } catch (error) {
        if (errno(error) !== 'ENOENT' || tries === TMP_TRIES) throw error;
      }
    }
  }

  /** Object stores have no empty folders; neither does this one. */
  async #prune(folder: string): Promise<void> {
    for (let at = folder; at !== this.#root && at.startsWith(this.#root); at = dirname(at)) {
      try {
        await rmdir(at);
      } catch {
        return; // Not empty, or not ours to remove: it stays.
      }
    }
  }

  #path(key: string): string {
    return join(this.#root, key);
  }
}

/** Windows takes `\` for a separator and `:` for a stream. */
function checkDirKey(key: string): void {
  checkKey(key);
  if (process.platform === 'win32' && /[\\:]/.test(key)) {
    throw new FacefleetError('FF4004', `${JSON.stringify(key)}: Windows allows no backslash and no colon`);
  }
}
