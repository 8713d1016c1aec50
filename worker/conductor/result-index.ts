import type { Counts } from '../formats/extraction-file.ts';
import { HashedMap, hash48 } from '../formats/hashed-map.ts';

/** `part` of lines in the merged file of an earlier run. */
export const MERGED = -1;

/** Where a result line stands. */
export interface Location {
  /** Number of the part, or MERGED. */
  readonly part: number;
  /** Of its first byte. */
  readonly offset: number;
  /** In bytes, with its line feed. */
  readonly length: number;
}

const FAILURE = -1;
/** Of files whose version nobody knows. */
export const UNKNOWN_VERSION = -1;
const FIRST_ROWS = 1024;

/**
 * Where the result of every frame stands, by key and, once the present run has met the frame, by index. Holds numbers only: some
 * 80 bytes a frame.
 */
export class ResultIndex {
  readonly #rowOfKey = new HashedMap();
  #rows = 0;
  #parts = new Int32Array(FIRST_ROWS);
  #offsets = new Float64Array(FIRST_ROWS);
  #lengths = new Uint32Array(FIRST_ROWS);
  #faces = new Int32Array(FIRST_ROWS);
  /** `hash48` of the key. */
  #keys = new Float64Array(FIRST_ROWS);
  /** `hash48` of the version of the frame's file, or UNKNOWN_VERSION. */
  #versions = new Float64Array(FIRST_ROWS);
  /** Row + 1 by index; 0 = none. */
  #rowOfIndex = new Uint32Array(FIRST_ROWS);
  /** One more than the largest index met. */
  #indexes = 0;
  #frames = 0;
  #failed = 0;
  #totalFaces = 0;

  /**
   * Notes the result of `key`, in place of an earlier one.
   * @param faces null for a failure
   * @param version `hash48` of the version of its file, or UNKNOWN_VERSION
   * @returns its row
   */
  add(key: string, at: Location, faces: number | null, version = UNKNOWN_VERSION): number {
    const row = this.#append(key, at, faces, version);
    this.#rowOfKey.set(key, row);
    return row;
  }

  /** Notes a record that does not count, and that `key` has none; its crops may still be there. */
  addStale(key: string, at: Location, faces: number): void {
    this.#append(key, at, faces, UNKNOWN_VERSION);
    this.drop(key);
  }

  #append(key: string, { part, offset, length }: Location, faces: number | null, version: number): number {
    if (this.#rows === this.#parts.length) this.#growRows();
    const row = this.#rows++;
    this.#parts[row] = part;
    this.#offsets[row] = offset;
    this.#lengths[row] = length;
    this.#faces[row] = faces ?? FAILURE;
    this.#keys[row] = hash48(key);
    this.#versions[row] = version;
    return row;
  }

  /** Takes back that `key` has a result. */
  drop(key: string): void {
    this.#rowOfKey.set(key, -1);
  }

  /** The row of the last record of `key`; undefined when there is none or the key failed last. */
  recordOf(key: string): number | undefined {
    const row = this.#rowOfKey.get(key);
    return row === undefined || row < 0 || this.#faces[row] === FAILURE ? undefined : row;
  }

  /** Number of faces of the record in `row`. */
  facesIn(row: number): number {
    return this.#faces[row] ?? 0;
  }

  /** `hash48` of the version of the file behind the record in `row`, or UNKNOWN_VERSION. */
  versionOf(row: number): number {
    return this.#versions[row] ?? UNKNOWN_VERSION;
  }

  /** Where the result in `row` stands. */
  locationOf(row: number): Location {
    return this.#location(row);
  }

  /** Notes the version of the file behind the record in `row`. */
  setVersion(row: number, version: number): void {
    this.#versions[row] = version;
  }

  /** Makes the result in `row` that of the frame `index`. */
  place(index: number, row: number): void {
    while (index >= this.#rowOfIndex.length) this.#rowOfIndex = grown(this.#rowOfIndex);
    const before = this.#rowOfIndex[index] ?? 0;
    if (before > 0) this.#count(before - 1, -1);
    this.#rowOfIndex[index] = row + 1;
    this.#indexes = Math.max(this.#indexes, index + 1);
    this.#count(row, 1);
  }

  /** Frames from this index on have no results any more; their records are left as those of frames that are gone. */
  cut(endIndex: number): void {
    for (let index = endIndex; index < this.#indexes; index++) {
      const before = this.#rowOfIndex[index] ?? 0;
      if (before > 0) this.#count(before - 1, -1);
      this.#rowOfIndex[index] = 0;
    }
    this.#indexes = Math.min(this.#indexes, endIndex);
  }

  counts(): Counts {
    return { frames: this.#frames, faces: this.#totalFaces, failed: this.#failed };
  }

  /** All placed records, or all placed failures, by index. */
  *placed(kind: 'records' | 'failures'): Generator<{ readonly index: number; readonly at: Location }> {
    for (let index = 0; index < this.#indexes; index++) {
      const row = (this.#rowOfIndex[index] ?? 0) - 1;
      if (row < 0 || (this.#faces[row] === FAILURE) !== (kind === 'failures')) continue;
      yield { index, at: this.#location(row) };
    }
  }

  /** Of all placed records whose file's version is known, by index: `hash48` of key and version. */
  *placedVersions(): Generator<{ readonly key: number; readonly version: number }> {
    for (let index = 0; index < this.#indexes; index++) {
      const row = (this.#rowOfIndex[index] ?? 0) - 1;
      const version = this.versionOf(row);
      if (row < 0 || this.#faces[row] === FAILURE || version === UNKNOWN_VERSION) continue;
      yield { key: this.#keys[row] ?? 0, version };
    }
  }

  /** The records with faces that are not placed (of frames that are gone, or were processed again), and where the placed record of a key is. */
  unplaced(): {
    readonly records: Iterable<Location>;
    readonly placedRecordOf: (key: string) => Location | undefined;
  } {
    const placed = this.#placedRows();
    return {
      records: this.#unplacedRecords(placed),
      placedRecordOf: (key) => {
        const row = this.recordOf(key);
        return row !== undefined && placed[row] === 1 ? this.#location(row) : undefined;
      },
    };
  }

  *#unplacedRecords(placed: Uint8Array): Generator<Location> {
    for (let row = 0; row < this.#rows; row++) {
      if ((this.#faces[row] ?? 0) > 0 && placed[row] !== 1) yield this.#location(row);
    }
  }

  #placedRows(): Uint8Array {
    const placed = new Uint8Array(this.#rows);
    for (let index = 0; index < this.#indexes; index++) {
      const row = (this.#rowOfIndex[index] ?? 0) - 1;
      if (row >= 0) placed[row] = 1;
    }
    return placed;
  }

  #location(row: number): Location {
    return {
      part: this.#parts[row] ?? 0,
      offset: this.#offsets[row] ?? 0,
      length: this.#lengths[row] ?? 0,
    };
  }

  #count(row: number, sign: 1 | -1): void {
    const faces = this.#faces[row] ?? 0;
    if (faces === FAILURE) {
      this.#failed += sign;
    } else {
      this.#frames += sign;
      this.#totalFaces += sign * faces;
    }
  }

  #growRows(): void {
    this.#parts = grown(this.#parts);
    this.#offsets = grown(this.#offsets);
    this.#lengths = grown(this.#lengths);
    this.#faces = grown(this.#faces);
    this.#keys = grown(this.#keys);
    this.#versions = grown(this.#versions);
  }
}

function grown<T extends Int32Array | Uint32Array | Float64Array>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(2 * column.length);
  larger.set(column);
  return larger;
}
