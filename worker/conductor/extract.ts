import type { Logger } from 'pino';
import type { ExtractSpec } from '../../controller/api/extract-spec.ts';
import { HostPool } from '../engine/host-pool.ts';
import type { Provider } from '../engine/session.ts';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { Json } from '../formats/canonical-json.ts';
import { cropKey } from '../formats/face-stem.ts';
import type { FrameFailure } from '../formats/records.ts';
import type { SourceSpec } from '../source/open-source.ts';
import type { Source } from '../source/source.ts';
import type { FrameInWork } from '../stage/frame-in-work.ts';
import type { StageEngine } from '../stage/plan-stage.ts';
import { type CropNames, runStage, type StageOptions } from '../stage/run-stage.ts';
import type { CropOptions } from '../stage/steps/crop.ts';
import { lockDir } from '../store/dir-lock.ts';
import { openDirStore } from '../store/dir-store.ts';
import type { Store } from '../store/store.ts';
import { FrameFeed } from './frame-feed.ts';
import { faceHeader, frameFailure, frameRecord } from './frame-record.ts';
import type { GivenFaceFeed } from './given-faces.ts';
import { InWorkJournal } from './in-work-journal.ts';
import { type KeepExisting, openOutput } from './open-output.ts';
import type { OutputLog } from './output-log.ts';
import { type FailureLimits, PluginFailures } from './plugin-failures.ts';
import { probeFrames } from './probe-frames.ts';
import { versions } from './versions.ts';

export interface ExtractJob {
  readonly source: Source;
  /** What `source` was opened with: another process can open it, too. */
  readonly sourceSpec: SourceSpec;
  readonly outputFolder: string;
  readonly spec: ExtractSpec;
  readonly stage: Omit<StageOptions, 'crop'>;
  /** Where faces come from instead of a detector. */
  readonly given?: GivenFaceFeed;
  readonly engine: StageEngine;
  /** Recorded in extraction.json. */
  readonly plan: Json;
  /** sha256 by model name, recorded in extraction.json. */
  readonly models: Readonly<Record<string, string>>;
  /** Remove what an earlier extraction wrote to the output. */
  readonly overwrite: boolean;
  readonly keepExisting: KeepExisting;
  readonly failureLimits: FailureLimits;
  readonly signal: AbortSignal;
  readonly log: Logger;
  onProgress(state: ExtractProgress): void;
  /** Told of every frame that fails, when it does. */
  onFailure(failure: FrameFailure): void;
}

export interface ExtractProgress {
  readonly total: number | null;
  readonly frames: number;
  readonly carried: number;
  readonly faces: number;
  readonly failed: number;
}

export interface ExtractSummary extends ExtractProgress {
  /** Detected faces that the aligner or a filter did not accept. */
  readonly rejected: number;
  /** Files of the source that are no images (see `Source.skipped`). */
  readonly skipped: number;
  readonly interrupted: boolean;
  readonly provider: Provider;
}

/** In so many deaths of earlier runs a frame must have been in work to be tried in a process of its own first. */
const SUSPECT_DEATHS = 2;

/**
 * Extracts every frame of a source into a folder, on this machine. Frames that an earlier run finished are kept.
 * @throws FacefleetError of scope pod or job; frame failures are recorded instead
 */
export async function extract(job: ExtractJob): Promise<ExtractSummary> {
  const store = await openDirStore(job.outputFolder);
  const lock = await lockDir(job.outputFolder);
  try {
    const journal = new InWorkJournal(job.outputFolder, job.overwrite);
    const deadly = new Map<string, FacefleetError>();
    let complete = false;
    try {
      for (const [key, error] of await deadlyFrames(job, journal)) deadly.set(key, error);
      const summary = await runExtraction(job, store, journal, deadly);
      complete = !summary.interrupted;
      return summary;
    } finally {
      journal.close((key) => !complete || deadly.has(key));
    }
  } finally {
    await lock.release();
  }
}

async function runExtraction(
  job: ExtractJob,
  store: Store,
  journal: InWorkJournal,
  deadly: ReadonlyMap<string, FacefleetError>,
): Promise<ExtractSummary> {
  const { source, log, spec, overwrite, keepExisting, signal } = job;
  // the engine first: an output is not overwritten by a run that cannot begin
  const pool = await HostPool.open(job.stage.roles, job.engine, job.outputFolder);
  const about = { total: source.count, plan: job.plan };
  const output = await openOutput(store, { spec, overwrite, keepExisting, ...about }).catch(
    async (error: unknown) => {
      await pool.close();
      throw error;
    },
  );
  for (const { provider, reason } of pool.report.skipped) {
    log.warn({ provider, reason }, `${provider} is not available; ${pool.report.provider} runs the models`);
  }
  let rejected = 0;
  const failures = new PluginFailures(job.failureLimits);
  const state = (): ExtractProgress => {
    const { frames, faces, failed } = output.counts();
    return { total: source.count, frames: frames + failed, carried: feed.counts().carried, faces, failed };
  };
  const progress = (): void => job.onProgress(state());
  const feed = new FrameFeed({ source, output, journal, deadly, signal, onCarried: progress });
  const crop = cropOf(spec);
  const names: CropNames = {
    keyOf: (frameKey, face) => cropKey(output.stems.assign(frameKey), face),
    headerOf: (frame, face, key) => faceHeader(frame, face, key, { isVideo: source.kind === 'video' }),
  };

  const finish = async (frame: FrameInWork): Promise<void> => {
    if (frame.error === null) await recordFrame(frame, output, feed.versionOf(frame.key));
    if (frame.error === null) {
      rejected += frame.faces.filter(({ rejection }) => rejection !== null).length;
    } else {
      const failure = frameFailure(frame);
      log.debug(failure, 'a frame failed');
      job.onFailure(failure);
      await output.record(failure);
    }
    feed.ended(frame.key);
    failures.note(frame.error);
    progress();
  };
  try {
    const options = { ...job.stage, crop: crop && { ...crop, ...names } };
    const frames = job.given?.frames(feed.frames()) ?? feed.frames();
    await runStage(pool, options, frames, finish, signal);
  } catch (error) {
    // what was recorded is kept where that is still possible; the first error is the one to report
    await output.stop().catch((second: unknown) => log.warn(errorText(second)));
    throw error;
  } finally {
    await pool.close();
  }
  const { provider } = pool.report;
  const summary = { plan: job.plan, models: job.models, versions: versions(provider) };
  const interrupted = signal.aborted;
  if (interrupted) await output.stop(summary);
  else await output.finish({ ...summary, frames: feed.counts().frames });
  return { ...state(), skipped: source.skipped, rejected, interrupted, provider };
}

function cropOf({ output: { faces, ...options } }: ExtractSpec): CropOptions | null {
  return faces ? options : null;
}

/** Frames that were in work in several deaths are tried in a process of their own: those that it dies of are not touched here. */
async function deadlyFrames(job: ExtractJob, journal: InWorkJournal): Promise<Map<string, FacefleetError>> {
  const suspects = journal.inDeaths(SUSPECT_DEATHS);
  if (suspects.length === 0) return new Map();
  job.log.warn(
    { frames: suspects.length },
    'earlier runs died while they worked on these frames; trying them in a process of their own',
  );
  const { sourceSpec: source, stage, signal } = job;
  const engine = { ...job.engine, threads: 1 };
  return await probeFrames({ source, suspects, stage, crop: cropOf(job.spec), engine }, signal);
}

/** Records what was found in a frame; a record that cannot be written marks the frame as failed instead. */
async function recordFrame(frame: FrameInWork, output: OutputLog, version?: string): Promise<void> {
  try {
    await output.record(frameRecord(frame, frame.size!), version);
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.scope !== 'frame') throw error;
    frame.error = error;
  }
}
