import { hash } from 'node:crypto';
import { HashedMap, hash48 } from './hashed-map.ts';
import { safeSegment } from './safe-segment.ts';

/** What the keys of all crops start with. */
export const FACES_PREFIX = 'faces/';
/** Room for the number of the last of 10,000 faces. */
const LONGEST_SUFFIX = '_9999.png';
const SEGMENT_BYTES = 200;
/** Longer paths of folders are replaced by their hash, so that every crop fits the 1024 bytes of a store key. */
const FOLDERS_BYTES = 700;
/** A folder that is named like a crop could stand where a crop must go. */
const CROP_LIKE = /_\d+\.png$/i;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;

/** Store key of the crop of a frame's `face`-th face (0-based). */
export function cropKey(stem: string, face: number): string {
  return `${FACES_PREFIX}${stem}_${face}.png`;
}

/** The stem that `cropKey` made a key of, or null when it did not make this one. */
export function stemOfCrop(crop: string): string | null {
  return /^faces\/(.+)_\d+\.png$/s.exec(crop)?.[1] ?? null;
}

/**
 * Gives every frame key a stem of its own for its crops: `a.jpg` → `a`, `sub/a.jpg` → `sub/a`. A stem that another key has, or one
 * that differs only in case or Unicode form (the folders of macOS and Windows hold those for equal), leads to `a.jpg`, then
 * `a.jpg~2`, `a.jpg~3`, …. Names that some file system refuses are replaced by safe ones.
 *
 * The stems depend on the keys and their order alone: assign every key of the source in source order, also those that are not
 * processed again. About 50 bytes of memory a key.
 */
export class FaceStems {
  /** Folded stem → its key (48 bits of the hash). Two stems that share a hash only cost one of them its plain name. */
  readonly #owners = new HashedMap();
  /** What keys from earlier runs have that is not their plain stem. */
  readonly #reserved = new Map<string, string>();

  /** Keeps the stem that `key` got in an earlier run; it wins over any assigned later. */
  reserve(key: string, stem: string): void {
    this.#owners.set(fold(stem), hash48(key));
    if (stem !== candidates(key).next().value) this.#reserved.set(key, stem);
  }

  /** The stem of `key`; the same again when it is asked for again. */
  assign(key: string): string {
    const reserved = this.#reserved.get(key);
    if (reserved !== undefined) return reserved;
    const owner = hash48(key);
    for (const stem of candidates(key)) {
      const folded = fold(stem);
      const taken = this.#owners.get(folded);
      if (taken === owner) return stem;
      if (taken === undefined) {
        this.#owners.set(folded, owner);
        return stem;
      }
    }
    throw new Error('the candidates never end');
  }
}

function* candidates(key: string): Generator<string> {
  const segments = key.split('/');
  const name = segments.pop() ?? '';
  const folders = safeFolders(segments);
  const dot = name.lastIndexOf('.');
  const plain = folders + safeSegment(dot > 0 ? name.slice(0, dot) : name, LONGEST_SUFFIX, SEGMENT_BYTES);
  const long = folders + safeSegment(name, LONGEST_SUFFIX, SEGMENT_BYTES);
  yield plain;
  if (long !== plain) yield long;
  for (let n = 2; ; n++) yield `${long}~${n}`;
}

function safeFolders(segments: readonly string[]): string {
  const path = segments.map((segment) => `${safeFolder(segment)}/`).join('');
  return Buffer.byteLength(path) <= FOLDERS_BYTES ? path : `~${hash('sha256', path).slice(0, 16)}/`;
}

function safeFolder(name: string): string {
  const safe = safeSegment(name, '', SEGMENT_BYTES);
  return CROP_LIKE.test(safe) ? `${safe}~${hash('sha256', name).slice(0, 8)}` : safe;
}

/** Equal for stems that a case-insensitive, normalising file system holds for equal (Unicode 3.13, caseless matching D145). */
function fold(stem: string): string {
  if (ASCII.test(stem)) return stem.toLowerCase();
  return stem.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}
