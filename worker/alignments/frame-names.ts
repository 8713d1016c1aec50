import { FacefleetError } from '../errors/facefleet-error.ts';
import { HashedMap, hash48 } from '../formats/hashed-map.ts';

/** In place of an entry's place: several entries have the name. */
const SEVERAL = -1;

/**
 * Finds the entry of a frame: by its key; else by its file name, when either the source or the alignments have no folders; else (for
 * videos) by the number at the end of its name. Programs name frames differently: `sub/a.jpg` or `a.jpg`; `clip_000012.mp4`,
 * `clip_000012.png` or `12`.
 */
export class FrameNames {
  readonly #byKey = new HashedMap();
  readonly #byFile = new HashedMap();
  readonly #byNumber: HashedMap | null;
  /** By place: `hash48` of the key that the entry was found for. */
  readonly #finders: number[] = [];
  #used = 0;
  #inFolders = 0;
  #entries = 0;

  /** @param byNumber whether numbers count */
  constructor(byNumber: boolean) {
    this.#byNumber = byNumber ? new HashedMap() : null;
  }

  /** How many entries were found. */
  get used(): number {
    return this.#used;
  }

  add(key: string, place: number): void {
    this.#byKey.set(key, place);
    this.#finders[place] = 0;
    this.#entries += 1;
    if (key.includes('/')) this.#inFolders += 1;
    addOnce(this.#byFile, fileName(key), place);
    const number = frameNumber(key);
    if (this.#byNumber && number !== null) addOnce(this.#byNumber, number, place);
  }

  /**
   * The place of the entry of a frame of the source; null when it has none.
   * @throws FacefleetError FF1203 when several entries may be meant, or another frame has this entry by its file name
   */
  find(key: string): number | null {
    const place = this.#placeOf(key);
    if (place === undefined) return null;
    if (place === SEVERAL) throw new FacefleetError('FF1203', `${key}: several entries may be meant`);
    const finder = hash48(key);
    if (this.#finders[place] === 0) this.#used += 1;
    else if (this.#finders[place] !== finder)
      throw new FacefleetError('FF1203', `${key}: its entry is another frame's too`);
    this.#finders[place] = finder;
    return place;
  }

  /** Whether a frame has an entry, or several that may be meant. */
  has(key: string): boolean {
    return this.#placeOf(key) !== undefined;
  }

  #placeOf(key: string): number | undefined {
    return this.#byKey.get(key) ?? this.#byFileName(key) ?? this.#byFrameNumber(key);
  }

  #byFileName(key: string): number | undefined {
    const otherSideHasNoFolders = key.includes('/')
      ? this.#inFolders === 0
      : this.#inFolders === this.#entries;
    return otherSideHasNoFolders ? this.#byFile.get(fileName(key)) : undefined;
  }

  #byFrameNumber(key: string): number | undefined {
    const number = frameNumber(key);
    return number === null ? undefined : this.#byNumber?.get(number);
  }
}

function addOnce(names: HashedMap, name: string, place: number): void {
  names.set(name, names.get(name) === undefined ? place : SEVERAL);
}

function fileName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** `clip_000012.mp4` → `12`. */
function frameNumber(key: string): string | null {
  const name = fileName(key);
  const dot = name.lastIndexOf('.');
  const digits = /(\d{1,15})$/.exec(dot > 0 ? name.slice(0, dot) : name)?.[1];
  return digits === undefined ? null : String(Number(digits));
}
