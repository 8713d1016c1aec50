import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Store } from '../store/store.ts';
import { HashedMap, hash48 } from './hashed-map.ts';
import { readLines } from './json-lines.ts';
import { VERSIONS_KEY } from './output-keys.ts';

const LINE = /^([0-9a-f]{12}) ([0-9a-f]{12})$/;

/**
 * A line of versions.txt, with its line feed: 48 bits of the SHA-256 of a frame's key, and of the version of its file.
 * @param keyHash,versionHash by `hash48`
 */
export function versionLine(keyHash: number, versionHash: number): string {
  return `${hex(keyHash)} ${hex(versionHash)}\n`;
}

/** What `versionLine` made a line of; null when it did not. @param line without its line feed */
export function parseVersionLine(
  line: Uint8Array,
): { readonly keyHash: number; readonly versionHash: number } | null {
  const [, key, version] = LINE.exec(Buffer.from(line).toString('latin1')) ?? [];
  if (key === undefined || version === undefined) return null;
  return { keyHash: Number.parseInt(key, 16), versionHash: Number.parseInt(version, 16) };
}

/**
 * Reads versions.txt; a store without it has none.
 * @returns for a frame key the `hash48` of its file's version, or undefined
 * @throws FacefleetError FF4005 when it is damaged
 */
export async function readVersions(store: Store): Promise<(key: string) => number | undefined> {
  const versions = new HashedMap();
  for await (const lines of readLines(store, VERSIONS_KEY)) {
    for (const { bytes } of lines) {
      const line = parseVersionLine(bytes);
      if (line === null)
        throw new FacefleetError('FF4005', `${VERSIONS_KEY}: a line is not as it was written`);
      versions.set(hex(line.keyHash), line.versionHash);
    }
  }
  return (key) => versions.get(hex(hash48(key)));
}

function hex(hash: number): string {
  return hash.toString(16).padStart(12, '0');
}
