import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Bus } from '../../bus/bus.ts';
import { finishedJob } from '../../cluster/finished-job.ts';
import type { Job } from '../../cluster/job.ts';
import { openJobBus } from '../../cluster/open-job-bus.ts';
import { errorText } from '../../errors/facefleet-error.ts';
import type { FrameFailure } from '../../formats/records.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { ExtractProgress, ExtractSummary } from '../extract.ts';
import { openOutput } from '../open-output.ts';
import { PluginFailures } from '../plugin-failures.ts';
import { versions } from '../versions.ts';
import { cleanFinished } from './clean-job.ts';
import { type ClusterSource, openClusterSource } from './cluster-source.ts';
import { Control } from './control.ts';
import { finishedSummary, providerOf } from './finished-summary.ts';
import { clearEarlierJobs, isNoted, noteJob, planRecord } from './job-record.ts';
import { lockOutput, type OutputHold } from './lock-output.ts';
import type { Ending, Outgoing } from './outgoing.ts';
import { PassFrames } from './pass-frames.ts';
import { decodeLanes, passLanes } from './pass-lanes.ts';
import { PassLog } from './pass-log.ts';
import { removeLanes } from './remove-lanes.ts';
import { removeTemporaries } from './remove-temporaries.ts';
import { keepRetiredRemoved } from './retired-lanes.ts';
import { runPass } from './run-pass.ts';
import { settleFrame } from './settle-frame.ts';
import { VideoLength } from './video-length.ts';
import { videoPass } from './video-pass.ts';
import { WorkerWatch } from './worker-watch.ts';

export interface ConductOptions {
  readonly log: Logger;
  /** Aborts: no more frames go out; those that are out are waited for, but no longer than the job's grace period. */
  readonly drain: AbortSignal;
  /** Aborts: ends at once with what is recorded; workers and lanes are left for the next conductor. */
  readonly stop: AbortSignal;
  /** Who this is (see `LeaseOptions.owner`, `lockDir`). */
  readonly owner?: string | undefined;
  onProgress(state: ExtractProgress): void;
  onFailure(failure: FrameFailure): void;
  /** Told when a pass begins: its workers are to run now, and those of the one before have ended or are about to. */
  onPass(pass: number): void;
  /** Told when the source and the output are open and frames begin to go out. */
  onReady?(watch: ConductorView): void;
}

/** What probes and metrics look at. */
export interface ConductorView {
  readonly bus: Bus;
  readonly workers: WorkerWatch;
  readonly pass: () => number;
  readonly progress: () => ExtractProgress;
}

/** A part is committed when half of the results that may wait are in it. */
const PART_FRAMES = 128;

/**
 * Takes an extraction through all passes of its plan: the conductor's life.
 * @throws FacefleetError of scope pod or job; what was recorded until then is kept
 */
export async function conduct(job: Job, options: ConductOptions): Promise<ExtractSummary> {
  const { output: place } = job;
  const store = await openStore(place.address, { shared: true, ...(place.s3 && { s3: place.s3 }) });
  const hold = await lockOutput(job, store, options.owner, options.stop);
  try {
    const finished = await finishedJob(store, job.extraction);
    if (finished !== null) {
      await cleanFinished(job, store, options.log, options.stop);
      return finishedSummary(finished);
    }
    const source = await openClusterSource(job, store, AbortSignal.any([options.stop, hold.lost]));
    try {
      await clearEarlierJobs(job, store, options.log);
      const bus = await openJobBus(job, 'conductor', options.log, { signal: options.stop });
      try {
        return await conductOver(bus, job, { store, hold, source }, options);
      } finally {
        await bus.close();
      }
    } finally {
      await source.close();
    }
  } finally {
    await hold.release();
  }
}

async function conductOver(
  bus: Bus,
  job: Job,
  { store, hold, source }: { store: Store; hold: OutputHold; source: ClusterSource },
  options: ConductOptions,
): Promise<ExtractSummary> {
  const { log, drain } = options;
  const { spec, overwrite, keepExisting } = job;
  const graceOver = new AbortController();
  const ended = new AbortController();
  const signal = AbortSignal.any([options.stop, hold.lost, graceOver.signal]);
  // a conductor that starts again goes on with what the first one overwrote
  const again = await isNoted(job, store);
  const output = await openOutput(store, {
    spec,
    overwrite: overwrite && !again,
    keepExisting,
    limits: { frames: PART_FRAMES },
    total: source.count,
    plan: planRecord(job),
  });
  await noteJob(job, store);
  const workers = new WorkerWatch(bus);
  const control = new Control(bus, job.extraction);
  const failures = new PluginFailures(job.failureLimits);
  await keepRetiredRemoved(bus, job, log, AbortSignal.any([signal, ended.signal]));
  const results = await bus.results({ ackWaitMs: job.bus.ackWaitMs, signal });
  const length = await VideoLength.open(store, job.extraction);
  const decoders = source.video === null ? [] : await decodeLanes(bus, job, signal);
  const state = { pass: 0, rejected: 0, carried: 0 };
  const progress = (): ExtractProgress => {
    const { frames, faces, failed } = output.counts();
    const total = length.endIndex ?? source.count;
    return { total, frames: frames + failed, carried: state.carried, faces, failed };
  };
  let passLog: PassLog | null = null;
  control.tell(() => ofPass(progress(), passLog));
  const told = (): void => options.onProgress(progress());
  options.onReady?.({ bus, workers, pass: () => state.pass, progress });
  const graceEnds = drain.aborted
    ? null
    : onAbort(drain, async () => {
        await sleep(job.graceMs, undefined, { ref: false });
        graceOver.abort(drain.reason);
      });
  let interrupted = false;
  let frames: PassFrames | null = null;
  try {
    for (const pass of job.passes.keys()) {
      const generation = randomBytes(4).toString('hex');
      state.pass = pass;
      control.begin(pass, generation);
      options.onPass(pass);
      const log =
        pass < job.passes.length - 1 ? await PassLog.open(store, pass, aboutPasses(job, pass)) : null;
      passLog = log;
      frames = new PassFrames({
        job,
        pass,
        store,
        source,
        output,
        earlier: frames,
        log,
        maxPayloadBytes: bus.maxPayloadBytes,
        generation,
        length,
        signal,
        onCarried: () => {
          state.carried += 1;
          told();
        },
      });
      const settle = async (frame: Outgoing, ending: Ending) => {
        const { onFailure } = options;
        const settled = await settleFrame(frame, ending, { output, log, onFailure });
        state.rejected += settled.rejected;
        failures.note(settled.error);
        told();
        return settled;
      };
      const stageLanes = await passLanes(bus, job, pass, signal);
      const { segments } = frames;
      await runPass(frames.frames(), {
        bus,
        lanes: segments === null ? stageLanes : decoders,
        results,
        store,
        extraction: job.extraction,
        pass,
        generation,
        tries: job.budgets.tries,
        drain,
        signal,
        settle,
        video: segments
          ? videoPass({
              segments,
              decoders,
              length,
              output,
              isLast: log === null,
              control,
              onFailure: options.onFailure,
            })
          : undefined,
      });
      if (drain.aborted) break;
      await log?.flush();
    }
    interrupted = drain.aborted;
  } catch (error) {
    interrupted = signal.aborted && error === signal.reason && !hold.lost.aborted;
    if (!interrupted) {
      // what was recorded is kept where that is still possible, and the output is not another's; the first error is the one to report
      const keep = async (): Promise<void> => {
        await hold.confirm();
        await output.stop();
      };
      await keep().catch((second: unknown) => log.warn(errorText(second)));
      throw error;
    }
  } finally {
    graceEnds?.();
    control.close();
    ended.abort();
  }
  const provider = providerOf(workers.provider());
  const about = { plan: planRecord(job), models: job.models, versions: versions(provider) };
  await hold.confirm();
  if (interrupted) {
    await output.stop(about);
  } else {
    await output.finish({ ...about, frames: frames?.count() ?? 0 });
    await removeTemporaries(job, store);
  }
  if (!options.stop.aborted) {
    await control.finish(workers);
    await removeLanes(bus, log);
  }
  workers.close();
  return { ...progress(), skipped: source.skipped, rejected: state.rejected, interrupted, provider };
}

/** How far a pass is; in those before the last one frames have results, but no records yet. */
function ofPass(whole: ExtractProgress, log: PassLog | null): ExtractProgress {
  if (log === null) return whole;
  return { ...whole, frames: Math.min(whole.total ?? Number.POSITIVE_INFINITY, whole.frames + log.count) };
}

/** What the results of a pass depend on, those before it included. */
function aboutPasses({ spec, passes }: Job, pass: number): string {
  const roles = passes.slice(0, pass + 1).map(({ stages }) => stages.flatMap((stage) => stage.roles));
  return JSON.stringify([spec, roles]);
}

/** Runs `work` when the signal aborts. @returns takes it back */
function onAbort(signal: AbortSignal, work: () => Promise<void>): () => void {
  const run = (): void => void work();
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
