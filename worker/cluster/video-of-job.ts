import { basename, join } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { VideoPlace } from '../source/video-place.ts';
import { checkKey } from '../store/check-key.ts';
import { openStore } from '../store/open-store.ts';
import { parseStoreAddress, splitObjectAddress } from '../store/store-address.ts';
import type { Job } from './job.ts';
import { sourceFolder } from './source-folder.ts';

/** How the processes of a job find the video that is its source. */
export interface VideoOfJob {
  /** Of the video in the source. */
  readonly key: string;
  /** @throws FacefleetError FF1007 for a key that leads elsewhere */
  open(key: string): VideoPlace;
}

/** @throws FacefleetError FF5002 when its source is a whole bucket, FF5004, and what `openStore` throws */
export async function videoOfJob({ source }: Pick<Job, 'source'>): Promise<VideoOfJob> {
  const place = parseStoreAddress(source.address);
  if (place.kind === 'dir') {
    const folder = await sourceFolder(place.path);
    return { key: basename(place.path), open: (key) => join(folder, checked(key)) };
  }
  const split = splitObjectAddress(source.address);
  if (split === null) throw new FacefleetError('FF5002', `${source.address} is no video`);
  const store = await openStore(split.folder, { ...(source.s3 && { s3: source.s3 }) });
  return { key: split.key, open: (key) => ({ store, key: checked(key) }) };
}

function checked(key: string): string {
  try {
    checkKey(key);
  } catch (error) {
    throw new FacefleetError('FF1007', key, { cause: error });
  }
  return key;
}
