import { createHash } from 'node:crypto';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { plainData } from '../formats/canonical-json.ts';
import { encodeFailure, encodeRecord } from '../formats/encode-record.ts';
import {
  type Counts,
  EXTRACTION_KEY,
  type ExtractionFile,
  encodeExtraction,
} from '../formats/extraction-file.ts';
import type { FaceStems } from '../formats/face-stem.ts';
import { hash48 } from '../formats/hashed-map.ts';
import { ALIGNMENTS_KEY, FAILURES_KEY, VERSIONS_KEY } from '../formats/output-keys.ts';
import { type FrameResult, isFailure } from '../formats/records.ts';
import type { Store } from '../store/store.ts';
import { deleteParts, partNumbers } from './load-results.ts';
import { mergeResults } from './merge-results.ts';
import type { Appended, PartWriter } from './part-writer.ts';
import { removeStaleCrops } from './remove-stale-crops.ts';
import { type ResultIndex, UNKNOWN_VERSION } from './result-index.ts';
import { versionFile } from './version-file.ts';
import { writeAlignmentsFsa } from './write-alignments-fsa.ts';

/** What a run knows about itself at its end. */
export interface Summary {
  /** How many frames the source has: each must have a result. Not checked when absent. */
  readonly frames?: number;
  /** Recorded in extraction.json, as plain data. */
  readonly plan?: unknown;
  readonly versions?: unknown;
  readonly models?: unknown;
}

/** Where a run records how each frame ended; see `openOutput`. */
export class OutputLog {
  /** The stems of all keys; those of earlier runs are kept. */
  readonly stems: FaceStems;
  readonly #store: Store;
  readonly #index: ResultIndex;
  readonly #writer: PartWriter;
  readonly #now: () => Date;
  readonly #anyVersion: boolean;
  #extraction: ExtractionFile;
  #ended = false;

  /** @param extraction as it stands in the store; use `openOutput` */
  constructor(
    store: Store,
    extraction: ExtractionFile,
    state: {
      index: ResultIndex;
      stems: FaceStems;
      writer: PartWriter;
      now: () => Date;
      /** Records count whatever became of the file that they are of. */
      anyVersion: boolean;
    },
  ) {
    this.#store = store;
    this.#extraction = extraction;
    this.#index = state.index;
    this.stems = state.stems;
    this.#writer = state.writer;
    this.#now = state.now;
    this.#anyVersion = state.anyVersion;
  }

  /**
   * Whether a frame has a record that counts, from this run or an earlier one. Failed frames are not done: they are tried again.
   * @param version of its file, when known: a record of another version does not count
   */
  done(key: string, version?: string): boolean {
    const row = this.#index.recordOf(key);
    if (row === undefined) return false;
    const before = this.#index.versionOf(row);
    const unknown = version === undefined || before === UNKNOWN_VERSION;
    return unknown || this.#anyVersion || before === hash48(version);
  }

  /**
   * Records how a frame ended; its crops must be in the store before. Returns when the result is taken, which waits while the store
   * is behind; it is committed within a second, or by `stop` or `finish`. Throws FF3003 for a record that cannot be written as
   * JSON (the frame then still needs a result, such as a failure with that code) and what earlier commits failed with.
   * @param version of the frame's file, when known
   */
  async record(result: FrameResult, version?: string): Promise<Pick<Appended, 'committed'>> {
    this.#checkOpen();
    const line = isFailure(result) ? encodeFailure(result) : encodeRecord(result);
    await this.#writer.room();
    const { at, committed } = this.#writer.append(line, version);
    const row = this.#index.add(
      result.key,
      at,
      isFailure(result) ? null : result.faces.length,
      version === undefined ? UNKNOWN_VERSION : hash48(version),
    );
    this.#index.place(result.index, row);
    return { committed };
  }

  /**
   * Takes the record of a frame that is done into this run, under its present index, and gives its number of faces.
   * Throws FF4005 when the frame is not done.
   * @param version of its file, taken for that of the record when that is unknown
   */
  carry(index: number, key: string, version?: string): { readonly faces: number } {
    this.#checkOpen();
    const row = this.#index.recordOf(key);
    if (row === undefined) throw new FacefleetError('FF4005', `there is no record of ${key}`);
    if (version !== undefined && this.#index.versionOf(row) === UNKNOWN_VERSION)
      this.#index.setVersion(row, hash48(version));
    this.#index.place(index, row);
    return { faces: this.#index.facesIn(row) };
  }

  /** The source turned out to have no frames from this index on: what was recorded of them does not count, and their crops go in the end. */
  cut(endIndex: number): void {
    this.#index.cut(endIndex);
  }

  /** The frames recorded and carried so far. */
  counts(): Counts {
    return this.#index.counts();
  }

  /** Ends an interrupted run: commits what was recorded. A later run goes on from there. */
  async stop(summary: Summary = {}): Promise<ExtractionFile> {
    this.#checkOpen();
    this.#ended = true;
    await this.#writer.flush();
    return await this.#close('interrupted', null, summary);
  }

  /**
   * Ends a run whose frames all have results: merges them into alignments.jsonl and failures.jsonl, in source order, writes the
   * records as alignments.fsa, too, and removes the crops of frames that are gone or were processed again, and the parts. A kill at
   * any moment leaves an output that another run completes to the same bytes.
   */
  async finish(summary: Summary = {}): Promise<ExtractionFile> {
    this.#checkOpen();
    const { frames, failed } = this.#index.counts();
    if (summary.frames !== undefined && frames + failed !== summary.frames) {
      throw new FacefleetError('FF4005', `${summary.frames} frames have ${frames + failed} results`);
    }
    this.#ended = true;
    await this.#writer.flush();
    // first, while the records that name them are there
    await removeStaleCrops(this.#store, this.#index);
    const digest = await this.#merge(ALIGNMENTS_KEY, 'records');
    await writeAlignmentsFsa(this.#store);
    await this.#merge(FAILURES_KEY, 'failures');
    await this.#store.put(VERSIONS_KEY, versionFile(this.#index), { durable: true });
    const extraction = await this.#close('complete', digest, summary);
    await deleteParts(this.#store, await partNumbers(this.#store));
    return extraction;
  }

  /** @returns the sha256 of what was written */
  async #merge(key: string, kind: 'records' | 'failures'): Promise<string> {
    const sha256 = createHash('sha256');
    const lines = mergeResults(this.#store, this.#index, kind);
    async function* hashed(): AsyncGenerator<Uint8Array> {
      for await (const bytes of lines) {
        sha256.update(bytes);
        yield bytes;
      }
    }
    await this.#store.put(key, hashed(), { durable: true });
    return sha256.digest('hex');
  }

  async #close(
    state: 'interrupted' | 'complete',
    digest: string | null,
    summary: Summary,
  ): Promise<ExtractionFile> {
    const finishedAt = this.#now().toISOString();
    const counts = this.#index.counts();
    const total = summary.frames ?? this.#extraction.total;
    const plan = plainData(summary.plan);
    const versions = plainData(summary.versions);
    const models = plainData(summary.models);
    const known = { state, finishedAt, total, counts, digest, plan, versions, models };
    this.#extraction = { ...this.#extraction, ...known };
    await this.#store.put(EXTRACTION_KEY, encodeExtraction(this.#extraction), { durable: true });
    return this.#extraction;
  }

  #checkOpen(): void {
    if (this.#ended) throw new FacefleetError('FF4001', `${this.#store.location}: the run has ended`);
  }
}
