import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { RESERVED_PREFIX } from '../../store/check-key.ts';
import { dirError, errno } from '../../store/dir-error.ts';
import { LOCK_NAME, lockHolder } from '../../store/dir-lock.ts';
import { openStore } from '../../store/open-store.ts';
import type { S3Options } from '../../store/s3-options.ts';
import type { Store } from '../../store/store.ts';
import { parseStoreAddress } from '../../store/store-address.ts';
import { isLeftover, isTmpName } from '../../store/tmp-name.ts';
import { leaseHolder } from './lease-holder.ts';

/** Whoever writes to an output, or did so last. */
export interface Holder {
  /** For people. */
  readonly who: string;
  /** Null when nobody can tell from here. */
  readonly isAlive: boolean | null;
}

/** A file of an output. */
export interface OutputFile {
  /** Store key, or path below the folder where that is none. */
  readonly key: string;
  readonly bytes: number;
  /** What a process that has ended was writing. */
  readonly isLeftover: boolean;
}

/** An output that is looked at and not changed. */
export interface OutputPlace {
  readonly store: Store;
  /** Who holds it; null when nobody does. */
  holder(): Promise<Holder | null>;
  /** All files but those that belong to a running process, in any order. */
  files(): AsyncIterable<OutputFile>;
}

/**
 * Opens an output to look at it: a folder, or `s3://bucket/prefix`.
 * @param s3 how the bucket is reached; what is not told comes from the environment
 * @throws FacefleetError FF5004 for an address that is none, FF4006 when a folder does not exist
 */
export async function openOutputPlace(address: string, s3: S3Options = {}): Promise<OutputPlace> {
  const store = await openStore(address, { readOnly: true, s3 });
  const place = parseStoreAddress(address);
  if (place.kind === 'dir') return placeOfFolder(store, store.location);
  return placeOfStore(store);
}

/** The output in a store that is no folder. */
export function placeOfStore(store: Store): OutputPlace {
  return {
    store,
    holder: () => leaseHolder(store),
    async *files() {
      for await (const { key, bytes } of store.list('')) yield { key, bytes, isLeftover: false };
    },
  };
}

function placeOfFolder(store: Store, root: string): OutputPlace {
  return { store, holder: () => holderOfFolder(root), files: () => filesBelow(root, '') };
}

async function holderOfFolder(root: string): Promise<Holder | null> {
  try {
    return await lockHolder(root);
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF4003') throw error;
    return { who: `a lock that cannot be read, ${LOCK_NAME}`, isAlive: null };
  }
}

/** The regular files below a folder. Entries are taken one by one: a folder may have millions. */
async function* filesBelow(folder: string, base: string): AsyncGenerator<OutputFile> {
  const folders: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.isDirectory()) folders.push(entry.name);
      if (!entry.isFile()) continue;
      const stat = await lstat(join(folder, entry.name)).catch(ifThere);
      if (stat === null) continue;
      const isReserved = entry.name.startsWith(RESERVED_PREFIX);
      const left = isTmpName(entry.name) && isLeftover(entry.name, Date.now() - stat.mtimeMs);
      if (!isReserved || left) yield { key: base + entry.name, bytes: stat.size, isLeftover: left };
    }
  } catch (error) {
    if (errno(error) === 'ENOENT' && base !== '') return;
    throw dirError('FF4006', folder, error);
  }
  for (const name of folders) yield* filesBelow(join(folder, name), `${base}${name}/`);
}

/** Null for a file that is gone meanwhile. */
function ifThere(error: unknown): null {
  if (errno(error) === 'ENOENT') return null;
  throw error;
}
