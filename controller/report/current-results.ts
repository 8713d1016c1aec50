import { Findings } from '../../worker/conductor/verify/findings.ts';
import type { Snapshot } from '../../worker/conductor/verify/output-state.ts';
import { partKeys } from '../../worker/conductor/verify/part-lines.ts';
import { storedLines } from '../../worker/conductor/verify/stored-lines.ts';
import { unfinishedLines } from '../../worker/conductor/verify/unfinished-lines.ts';
import { HashedMap } from '../../worker/formats/hashed-map.ts';
import { ALIGNMENTS_KEY, FAILURES_KEY } from '../../worker/formats/output-keys.ts';
import type { Store } from '../../worker/store/store.ts';
import { type ReadResult, readResult } from './read-result.ts';

/** The results that count in an output, each frame's last one, and how many lines and parts could not be read. */
export class CurrentResults {
  readonly #store: Store;
  readonly #snapshot: Snapshot;
  #damaged = 0;

  constructor(store: Store, snapshot: Snapshot) {
    this.#store = store;
    this.#snapshot = snapshot;
  }

  /** What could not be read so far. */
  get damaged(): number {
    return this.#damaged;
  }

  /**
   * In source order where the extraction is complete, with failures behind; otherwise newest first, with some 30 bytes of memory a frame.
   * @throws FacefleetError FF4005, FF4006 when an object cannot be read at all
   */
  async *read(): AsyncGenerator<ReadResult> {
    const { extraction } = this.#snapshot;
    const parts = await partKeys(this.#store);
    const isComplete = extraction === null ? parts.length === 0 : extraction.state === 'complete';
    yield* isComplete ? this.#merged() : this.#unfinished(parts);
  }

  async *#merged(): AsyncGenerator<ReadResult> {
    for (const key of [ALIGNMENTS_KEY, FAILURES_KEY]) {
      if ((await this.#store.head(key)) === null) continue;
      for await (const lines of storedLines(this.#store, key)) {
        for (const { bytes, isCut } of lines) {
          const result = isCut ? null : readResult(bytes);
          if (result === null) this.#damaged += 1;
          else yield result;
        }
      }
    }
  }

  async *#unfinished(parts: readonly string[]): AsyncGenerator<ReadResult> {
    const findings = new Findings(0);
    const met = new HashedMap();
    for await (const { bytes } of unfinishedLines(this.#store, parts, findings)) {
      const result = readResult(bytes);
      if (result === null) {
        this.#damaged += 1;
      } else if (met.get(result.key) === undefined) {
        met.set(result.key, 1);
        yield result;
      }
    }
    this.#damaged += findings.errors + findings.warnings;
  }
}
