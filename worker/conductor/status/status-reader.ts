import { EXTRACTION_KEY, type ExtractionFile } from '../../formats/extraction-file.ts';
import { FAILURES_KEY } from '../../formats/output-keys.ts';
import type { Store } from '../../store/store.ts';
import type { OutputPlace } from '../verify/output-place.ts';
import { takeSnapshot } from '../verify/output-state.ts';
import { storedLines } from '../verify/stored-lines.ts';
import { PartCounter } from './part-counter.ts';
import { type PartTime, partRate } from './part-rate.ts';
import { type PassProgress, PassReader } from './pass-progress.ts';
import { planSummary } from './plan-summary.ts';
import { ResultTally } from './result-tally.ts';
import type { Status } from './status.ts';

/** Up to so many bytes, results are read as a whole; beyond, only how many there are. */
const EXACT_BYTES = 512 * 1024 * 1024;

type Results = Pick<Status, 'frames' | 'failed' | 'faces' | 'failures'>;

/** Tells how far an extraction is, from its output alone; asked again, it reads what is new. Changes nothing. */
export class StatusReader {
  readonly #place: OutputPlace;
  readonly #exactBytes: number;
  /** extraction.json of the run that the readers are of: another run has other parts. */
  #run: Uint8Array = new Uint8Array(0);
  #parts: PartCounter;
  #passes: PassReader;

  /** @param options.exactBytes results of up to so many bytes are read as a whole: default 512 MiB */
  constructor(place: OutputPlace, options: { readonly exactBytes?: number } = {}) {
    this.#place = place;
    this.#exactBytes = options.exactBytes ?? EXACT_BYTES;
    this.#parts = new PartCounter(place.store);
    this.#passes = new PassReader(place.store);
  }

  /**
   * @throws FacefleetError FF4013 when there is no extraction, FF4002 for one of another version, FF4006, FF4010, FF4011 when the store
   * cannot be read
   */
  async read(): Promise<Status> {
    const { store } = this.#place;
    const { extraction, state, holder, bytes } = await takeSnapshot(this.#place);
    if (!Buffer.from(this.#run).equals(bytes)) {
      this.#run = bytes;
      this.#parts = new PartCounter(store);
      this.#passes = new PassReader(store);
    }
    const plan = planSummary(extraction?.plan ?? null);
    const about = {
      state,
      holder,
      runs: extraction?.runs ?? null,
      startedAt: extraction?.startedAt ?? null,
      finishedAt: extraction?.finishedAt ?? null,
      total: extraction?.total ?? null,
      plan,
    };
    if (extraction?.state === 'complete' && extraction.counts !== null) {
      const nothingRuns = { framesPerSecond: null, etaSeconds: null, pass: null, passes: [] };
      const results = await completeResults(store, extraction.counts);
      return { ...about, ...results, ...nothingRuns, lastActivityAt: extraction.finishedAt };
    }
    const startMs = await modifiedMs(store, EXTRACTION_KEY);
    await this.#parts.read(this.#exactBytes);
    const passes = await this.#passes.read(plan?.length ?? 1);
    const results = this.#results(extraction);
    const work = workOf(results, this.#parts.times(), passes, plan?.length ?? 1, about.total);
    const rate =
      state === 'running' && startMs !== null
        ? partRate(
            work.times.filter(({ atMs }) => atMs >= startMs),
            startMs,
            Date.now(),
          )
        : null;
    const left = about.total === null ? null : Math.max(0, about.total - work.frames);
    return {
      ...about,
      ...results,
      framesPerSecond: rate === null ? null : Math.round(rate * 100) / 100,
      etaSeconds: rate === null || rate === 0 || left === null ? null : Math.round(left / rate),
      lastActivityAt: latest([{ atMs: startMs ?? 0, frames: 0 }, ...this.#parts.times(), ...work.times]),
      pass: state === 'running' ? work.pass : null,
      passes: passes.map(({ pass, frames }) => ({ pass, frames })),
    };
  }

  #results(extraction: ExtractionFile | null): Results {
    const exact = this.#parts.exact();
    const counts = exact?.counts ?? extraction?.counts ?? null;
    if (counts === null) return { frames: this.#parts.results, failed: null, faces: null, failures: null };
    const { frames, failed, faces } = counts;
    return { frames: frames + failed, failed, faces, failures: exact?.failures ?? null };
  }
}

async function completeResults(
  store: Store,
  counts: NonNullable<ExtractionFile['counts']>,
): Promise<Results> {
  const { frames, failed, faces } = counts;
  const tally = new ResultTally();
  if (failed > 0 && (await store.head(FAILURES_KEY)) !== null) {
    for await (const lines of storedLines(store, FAILURES_KEY))
      for (const { bytes } of lines) tally.addLine(bytes);
  }
  return { frames: frames + failed, failed, faces, failures: tally.failures() };
}

/** The pass at work, and what it has done: the first one that has not seen all frames that did not fail. */
function workOf(
  results: Results,
  times: readonly PartTime[],
  passes: readonly PassProgress[],
  count: number,
  total: number | null,
): { readonly pass: number; readonly frames: number; readonly times: readonly PartTime[] } {
  const last = passes.at(-1);
  if (last === undefined) {
    // the first pass has committed nothing yet, or is the only one
    return count > 1 ? { pass: 0, frames: 0, times: [] } : { pass: 0, frames: results.frames, times };
  }
  const seen = last.frames + (results.failed ?? 0);
  const isDone = total === null ? latestMs(times) > latestMs(last.times) : seen >= total;
  if (!isDone) return { pass: last.pass, frames: seen, times: last.times };
  if (last.pass + 1 < count - 1) return { pass: last.pass + 1, frames: 0, times: [] };
  return {
    pass: count - 1,
    frames: results.frames,
    times: times.filter(({ atMs }) => atMs >= latestMs(last.times)),
  };
}

async function modifiedMs(store: Store, key: string): Promise<number | null> {
  for await (const stored of store.list(key)) if (stored.key === key) return stored.modifiedMs ?? null;
  return null;
}

function latestMs(times: readonly PartTime[]): number {
  return times.reduce((last, { atMs }) => Math.max(last, atMs), 0);
}

function latest(times: readonly PartTime[]): string | null {
  const ms = latestMs(times);
  return ms > 0 ? new Date(ms).toISOString() : null;
}
