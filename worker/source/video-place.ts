import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Store } from '../store/store.ts';

/** Where a video lies: a file, or an object of a store, of which ranges are fetched as they are needed. */
export type VideoPlace = string | { readonly store: Store; readonly key: string };

/** The place in words, for messages. */
export function placeText(place: VideoPlace): string {
  return typeof place === 'string' ? place : `${place.store.location}/${place.key}`;
}

/** The name of the video, without folders. */
export function placeName(place: VideoPlace): string {
  return typeof place === 'string' ? basename(place) : place.key.slice(place.key.lastIndexOf('/') + 1);
}

/** @throws {FacefleetError} FF1101 when there is no such object, what `Store.head` throws; of a file what `stat` throws */
export async function placeBytes(place: VideoPlace): Promise<number> {
  if (typeof place === 'string') return (await stat(place)).size;
  const found = await place.store.head(place.key);
  if (found === null) throw new FacefleetError('FF1101', placeText(place));
  return found.bytes;
}

/** The first bytes, at most so many. @throws what `Store.get` throws; of a file what reading it throws */
export async function placeHead(place: VideoPlace, length: number): Promise<Buffer> {
  if (typeof place !== 'string') return Buffer.from(await place.store.get(place.key, { length }));
  const file = await open(place);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
