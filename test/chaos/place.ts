import { hash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openStore } from '../../worker/store/open-store.ts';
import type { Store } from '../../worker/store/store.ts';
import { filesBelow } from '../fixtures/output-folder.ts';
import { makeBucket } from '../servers/test-bucket.ts';

/** Where the runs of the suite read and write. */
export interface Place {
  readonly kind: 'folder' | 's3';
  /** Address of the photos, or of the film. */
  readonly source: string;
  outputOf(name: string): string;
  /** All objects of an output by key. */
  read(output: string): Promise<Map<string, Uint8Array>>;
  remove(output: string): Promise<void>;
}

/** Folders below one. @param source what is extracted */
export function folderPlace(folder: string, source: string): Place {
  return {
    kind: 'folder',
    source,
    outputOf: (name) => join(folder, name),
    async read(output) {
      const found = new Map<string, Uint8Array>();
      for (const file of filesBelow(output)) found.set(file, await readFile(join(output, file)));
      return found;
    },
    remove: (output) => rm(output, { recursive: true, force: true }),
  };
}

/** A new bucket with the photos of a folder, or with a film. */
export async function bucketPlace(endpoint: string, local: string): Promise<Place> {
  const bucket = await makeBucket(endpoint);
  const open = (address: string): Promise<Store> => openStore(address, { s3: { endpoint } });
  const source = `s3://${bucket}/in/${basename(local)}`;
  if ((await stat(local)).isFile()) {
    await (await open(`s3://${bucket}/in`)).put(basename(local), await readFile(local));
  } else {
    const store = await open(source);
    for (const file of filesBelow(local)) await store.put(file, await readFile(join(local, file)));
  }
  return {
    kind: 's3',
    source,
    outputOf: (name) => `s3://${bucket}/outputs/${name}`,
    async read(output) {
      const found = new Map<string, Uint8Array>();
      const store = await open(output);
      for await (const { key } of store.list('')) found.set(key, await store.get(key));
      return found;
    },
    async remove(output) {
      const store = await open(output);
      const keys: string[] = [];
      for await (const { key } of store.list('')) keys.push(key);
      await store.deleteMany(keys);
    },
  };
}

/** What tells runs apart that give the same: times, uids, and who held the output. */
const OF_THE_RUN = /^(extraction\.json|job\.json|lease\/.*)$/;

/** sha256 by key of what must be equal in every run. */
export function sha256s(objects: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const sums = [...objects].filter(([key]) => !OF_THE_RUN.test(key));
  return new Map(sums.map(([key, bytes]) => [key, hash('sha256', bytes)]));
}
