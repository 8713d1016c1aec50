import type { Logger } from 'pino';
import type { ExtractSpec } from '../../controller/api/extract-spec.ts';
import { HostPool } from '../engine/host-pool.ts';
import type { Provider } from '../engine/session.ts';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { Json } from '../formats/canonical-json.ts';
import { cropKey } from '../formats/face-stem.ts';
import type { FrameFailure } from '../formats/records.ts';
import type { Source, SourceFrame } from '../source/source.ts';
import type { FrameInWork } from '../stage/frame-in-work.ts';
import type { StageEngine } from '../stage/plan-stage.ts';
import { runStage, type StageOptions } from '../stage/run-stage.ts';
import { lockDir } from '../store/dir-lock.ts';
import { openDirStore } from '../store/dir-store.ts';
import { frameFailure, frameRecord } from './frame-record.ts';
import { type KeepExisting, openOutput } from './open-output.ts';
import type { OutputLog } from './output-log.ts';
import { versions } from './versions.ts';

export interface ExtractJob {
  readonly source: Source;
  readonly outputFolder: string;
  readonly spec: ExtractSpec;
  readonly stage: Omit<StageOptions, 'crop'>;
  readonly engine: StageEngine;
  /** Recorded in extraction.json. */
  readonly plan: Json;
  /** sha256 by model name, recorded in extraction.json. */
  readonly models: Readonly<Record<string, string>>;
  /** Remove what an earlier extraction wrote to the output. */
  readonly overwrite: boolean;
  readonly keepExisting: KeepExisting;
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
  readonly interrupted: boolean;
  readonly provider: Provider;
}

/** Frames in a row that may fail in a plugin before the job is given up: something is wrong with the machine, not with them. */
const MAX_FAILURES_IN_A_ROW = 50;

/**
 * Extracts every frame of a source into a folder, on this machine. Frames that an earlier run finished are kept.
 * @throws FacefleetError of scope pod or job; frame failures are recorded instead
 */
export async function extract(job: ExtractJob): Promise<ExtractSummary> {
  const { source, log } = job;
  const store = await openDirStore(job.outputFolder);
  const lock = await lockDir(job.outputFolder);
  try {
    const { spec, overwrite, keepExisting } = job;
    // the engine first: an output is not overwritten by a run that cannot begin
    const pool = await HostPool.open(job.stage.roles, job.engine, job.outputFolder);
    const output = await openOutput(store, { spec, overwrite, keepExisting }).catch(
      async (error: unknown) => {
        await pool.close();
        throw error;
      },
    );
    for (const { provider, reason } of pool.report.skipped) {
      log.warn({ provider, reason }, `${provider} is not available; ${pool.report.provider} runs the models`);
    }
    const tally = { carried: 0, rejected: 0 };
    const { faces, ...cropOptions } = spec.output;
    const keyOf = (frameKey: string, face: number): string => cropKey(output.stems.assign(frameKey), face);
    const crop = faces ? { ...cropOptions, keyOf } : null;
    let failuresInARow = 0;
    let frames = 0;
    const state = (): ExtractProgress => {
      const { frames: done, faces, failed } = output.counts();
      return { total: source.count, frames: done + failed, carried: tally.carried, faces, failed };
    };
    const progress = (): void => job.onProgress(state());

    async function* open(): AsyncGenerator<SourceFrame> {
      for await (const frame of source.frames()) {
        if (job.signal.aborted) return;
        frames += 1;
        output.stems.assign(frame.key);
        if (output.done(frame.key)) {
          output.carry(frame.index, frame.key);
          tally.carried += 1;
          progress();
        } else yield frame;
      }
    }
    const finish = async (frame: FrameInWork): Promise<void> => {
      if (frame.error === null) await recordFrame(frame, output);
      if (frame.error === null) {
        tally.rejected += frame.faces.filter(({ rejection }) => rejection !== null).length;
        failuresInARow = 0;
      } else {
        const failure = frameFailure(frame);
        log.debug(failure, 'a frame failed');
        job.onFailure(failure);
        await output.record(failure);
        if (frame.error.code === 'FF3003') failuresInARow += 1;
        if (failuresInARow >= MAX_FAILURES_IN_A_ROW) {
          throw new FacefleetError(
            'FF3005',
            `${failuresInARow} frames in a row failed, the last: ${frame.error.message}`,
          );
        }
      }
      progress();
    };
    try {
      await runStage(pool, { ...job.stage, crop }, open(), finish, job.signal);
    } catch (error) {
      // what was recorded is kept where that is still possible; the first error is the one to report
      await output.stop().catch((second: unknown) => log.warn(errorText(second)));
      throw error;
    } finally {
      await pool.close();
    }
    const { provider } = pool.report;
    const about = { plan: job.plan, models: job.models, versions: versions(provider) };
    const interrupted = job.signal.aborted;
    if (interrupted) await output.stop(about);
    else await output.finish({ ...about, frames });
    return { ...state(), rejected: tally.rejected, interrupted, provider };
  } finally {
    await lock.release();
  }
}

/** Records what was found in a frame; a record that cannot be written marks the frame as failed instead. */
async function recordFrame(frame: FrameInWork, output: OutputLog): Promise<void> {
  try {
    await output.record(frameRecord(frame, frame.size!));
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.scope !== 'frame') throw error;
    frame.error = error;
  }
}
