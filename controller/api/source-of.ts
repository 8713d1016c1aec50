import { basename, resolve } from 'node:path';
import { extensionOf, isImageName, isVideoName } from '../../worker/source/extensions.ts';
import type { SourceKind } from '../../worker/source/source.ts';
import { parseStoreAddress } from '../../worker/store/store-address.ts';

/**
 * Last part of a source's address, which the record of an extraction keeps.
 * @throws FacefleetError FF5004
 */
export function sourceName(address: string): string {
  const place = parseStoreAddress(address);
  return basename(place.kind === 'dir' ? resolve(place.path) : `/${place.prefix || place.bucket}`);
}

/**
 * What a source is that cannot be looked at from here, by its name: as `openSource` sees it where names are what they say. A `/` at the end tells a
 * folder.
 * @throws FacefleetError FF5004
 */
export function sourceKind(address: string): SourceKind {
  const place = parseStoreAddress(address);
  if (address.endsWith('/')) return 'folder';
  if (place.kind === 's3')
    return isVideoName(sourceName(address)) && place.prefix !== '' ? 'video' : 'folder';
  if (extensionOf(basename(place.path)) === 'txt') return 'list';
  if (isImageName(basename(place.path))) return 'image';
  return isVideoName(basename(place.path)) ? 'video' : 'folder';
}
