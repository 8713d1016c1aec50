import { pipeline, Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { fsaOfRecord } from '../../formats/fsa/fsa-of-record.ts';
import { readFsa } from '../../formats/fsa/read-fsa.ts';
import { FsaPickle } from '../../formats/fsa/write-fsa.ts';
import { FSA_KEY } from '../../formats/output-keys.ts';
import type { FrameRecord } from '../../formats/records.ts';
import type { Store } from '../../store/store.ts';
import type { Findings } from './findings.ts';

/** Bytes that are compared at once. */
const CHUNK_BYTES = 256 * 1024;
/** A larger file is not unpacked as a whole to say how it differs. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * Whether alignments.fsa is what an extraction writes for its records: they are pickled again, one by one, and compared with the
 * unpacked file.
 */
export class FsaCheck {
  readonly #store: Store;
  readonly #pickle = new FsaPickle();
  readonly #unpacked: Unpacked;
  #frames = 0;
  #faces = 0;
  #agrees = true;

  constructor(store: Store) {
    this.#store = store;
    this.#unpacked = new Unpacked(store);
  }

  /** Takes the next record. */
  async add(record: FrameRecord): Promise<void> {
    this.#frames += 1;
    this.#faces += record.faces.length;
    if (!this.#agrees) return;
    try {
      this.#pickle.add(fsaOfRecord(record));
    } catch (error) {
      // such a record cannot have been written there
      if (!(error instanceof FacefleetError)) throw error;
      this.#agrees = false;
    }
    if (this.#pickle.length >= CHUNK_BYTES) await this.#compare();
  }

  /**
   * Says what was found, after the last record.
   * @param isWhole all records were given: otherwise only whether the file can be read is of interest
   */
  async end(findings: Findings, isWhole: boolean): Promise<void> {
    this.#pickle.end();
    await this.#compare();
    if (this.#agrees && (await this.#unpacked.isAtEnd())) return;
    await this.close();
    await this.#explain(findings, isWhole);
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#unpacked.close();
  }

  async #compare(): Promise<void> {
    if (!this.#agrees) return;
    const expected = this.#pickle.take();
    this.#agrees = Buffer.from(await this.#unpacked.read(expected.length)).equals(expected);
  }

  async #explain(findings: Findings, isWhole: boolean): Promise<void> {
    const bytes = (await this.#store.head(FSA_KEY))?.bytes ?? 0;
    let differs = `it is not what is written for ${this.#frames} frames with ${this.#faces} faces`;
    if (bytes <= MAX_READ_BYTES) {
      try {
        const { frames } = readFsa(await this.#store.get(FSA_KEY), FSA_KEY);
        const faces = frames.reduce((sum, frame) => sum + frame.faces.length, 0);
        if (frames.length === this.#frames && faces === this.#faces) {
          const detail = `${frames.length} frames with ${faces} faces, as in alignments.jsonl; but other numbers or names`;
          if (isWhole) findings.add('FsaEdited', { key: FSA_KEY, detail });
          return;
        }
        differs = `it has ${frames.length} frames with ${faces} faces, alignments.jsonl has ${this.#frames} with ${this.#faces}`;
      } catch (error) {
        if (!(error instanceof FacefleetError) || error.code === 'FF4006') throw error;
        if (error.code !== 'FF1205') {
          findings.add('FsaDamaged', { key: FSA_KEY, detail: error.detail });
          return;
        }
      }
    }
    if (isWhole) findings.add('FsaDiffers', { key: FSA_KEY, detail: differs });
  }
}

/** The content of the packed file, read on demand. */
class Unpacked {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #isBroken = false;

  constructor(store: Store) {
    const stream = createInflate();
    // an error of the store destroys the stream, and comes out of it
    pipeline(Readable.from(store.getStream(FSA_KEY)), stream, () => {});
    // may come when nobody reads any more
    stream.on('error', () => {});
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next `length` bytes, or those that are left. */
  async read(length: number): Promise<Uint8Array> {
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      if (this.#rest.length === 0 && !(await this.#pull())) break;
      const piece = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(piece.length);
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Whether the packed stream came to its regular end, with nothing left. */
  async isAtEnd(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#pull()) && !this.#isBroken;
  }

  async close(): Promise<void> {
    // broken packing is no news then
    await this.#chunks.return?.().catch(() => {});
  }

  /** Gets more bytes; false at the end, and where the packing is broken. */
  async #pull(): Promise<boolean> {
    try {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#rest = value;
      return true;
    } catch (error) {
      if (error instanceof FacefleetError) throw error;
      this.#isBroken = true;
      return false;
    }
  }
}
