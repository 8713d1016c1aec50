import { createHash } from 'node:crypto';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { ExtractionFile } from '../formats/extraction-file.ts';
import { FACES_PREFIX, type FaceStems, stemOfCrop } from '../formats/face-stem.ts';
import { HashedMap, hash48 } from '../formats/hashed-map.ts';
import { readLines } from '../formats/json-lines.ts';
import { ALIGNMENTS_KEY } from '../formats/output-keys.ts';
import { decodePart, PARTS_PREFIX, partKey, partNumber } from '../formats/part.ts';
import { resultHead } from '../formats/result-head.ts';
import { readVersions } from '../formats/version-lines.ts';
import type { Store } from '../store/store.ts';
import { type Location, MERGED, type ResultIndex, UNKNOWN_VERSION } from './result-index.ts';

/** What earlier runs left in a store, into which `index` and `stems` it goes, and which records count. */
export interface Loading {
  readonly store: Store;
  readonly found: ExtractionFile;
  readonly index: ResultIndex;
  readonly stems: FaceStems;
  /** Whether records without faces count as done. */
  readonly keepEmpty: boolean;
}

/**
 * Reads the results of earlier runs: the merged file first, then the parts, which are newer. A record counts when all its crops
 * are there and not empty. Throws FF4005 with the file's name when one is damaged.
 * @returns the number of the first free part
 */
export async function loadResults(loading: Loading): Promise<number> {
  const { store, found } = loading;
  const crops = await presentCrops(store);
  const versionOf = await readVersions(store);
  const sha256 = createHash('sha256');
  for await (const lines of readLines(store, ALIGNMENTS_KEY, (bytes) => sha256.update(bytes))) {
    for (const { offset, bytes } of lines) {
      const at = { part: MERGED, offset, length: bytes.length + 1 };
      note(loading, crops, bytes, ALIGNMENTS_KEY, at, (key) => versionOf(key) ?? UNKNOWN_VERSION);
    }
  }
  const merged = (await store.head(ALIGNMENTS_KEY)) !== null;
  if (
    merged &&
    found.state === 'complete' &&
    found.digest !== null &&
    sha256.digest('hex') !== found.digest
  ) {
    throw new FacefleetError('FF4005', `${ALIGNMENTS_KEY}: its sha256 is not the one in extraction.json`);
  }
  const numbers = await partNumbers(store);
  // The parts of a complete extraction are in the merged file already: a kill came before their removal.
  if (found.state === 'complete') {
    await deleteParts(store, numbers);
    return 0;
  }
  for (const part of numbers) {
    const key = partKey(part);
    for (const { offset, bytes, version } of decodePart(key, await store.get(key))) {
      const hashed = version === undefined ? UNKNOWN_VERSION : hash48(version);
      note(loading, crops, bytes, key, { part, offset, length: bytes.length + 1 }, () => hashed);
    }
  }
  return (numbers.at(-1) ?? -1) + 1;
}

/** The numbers of all parts in a store, ascending. */
export async function partNumbers(store: Store): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { key } of store.list(PARTS_PREFIX)) {
    const number = partNumber(key);
    if (number !== null) numbers.push(number);
  }
  return numbers.sort((a, b) => a - b);
}

/** Removes parts, oldest first: were it the newest, an older result of the same frame would count again after a kill. */
export async function deleteParts(store: Store, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await store.delete(partKey(number));
}

function note(
  { index, stems, keepEmpty }: Loading,
  present: HashedMap,
  line: Uint8Array,
  where: string,
  at: Location,
  versionOf: (key: string) => number,
): void {
  const { key, faces, crops } = resultHead(line, where);
  for (const crop of crops) {
    const stem = stemOfCrop(crop);
    if (stem !== null) stems.reserve(key, stem);
  }
  const counts =
    faces !== null && (faces > 0 || keepEmpty) && crops.every((crop) => present.get(crop) !== undefined);
  if (counts) index.add(key, at, faces, versionOf(key));
  else if (faces !== null) index.addStale(key, at, faces);
  else index.drop(key);
}

async function presentCrops(store: Store): Promise<HashedMap> {
  const crops = new HashedMap();
  for await (const { key, bytes } of store.list(FACES_PREFIX)) if (bytes > 0) crops.set(key, bytes);
  return crops;
}
