import { pino } from 'pino';
import { readJob } from '../../worker/cluster/job.ts';
import { laneOf } from '../../worker/cluster/lane-of.ts';
import { conduct } from '../../worker/conductor/cluster/conduct.ts';
import type { ExtractProgress } from '../../worker/conductor/extract.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { runWorker } from '../../worker/stage/cluster/run-worker.ts';
import { EXIT } from './exit-codes.ts';
import { processSignals } from './process-signals.ts';

interface CommonOptions {
  readonly job: string;
  readonly listen?: string;
  readonly withParent: boolean;
  readonly logLevel: string;
}

const PROGRESS_EVERY_MS = 250;

/** `facefleet worker conductor`: its events as lines of JSON on stdout; sets the exit code. */
export async function runConductorProcess(
  options: CommonOptions & { readonly owner?: string },
): Promise<void> {
  const signals = processSignals(options.withParent);
  try {
    const job = await readJob(options.job);
    const log = logOf(options).child({ extraction: job.extraction, worker: 'conductor' });
    let saidMs = 0;
    const say = (state: ExtractProgress): void => {
      const nowMs = performance.now();
      if (nowMs - saidMs < PROGRESS_EVERY_MS) return;
      saidMs = nowMs;
      print({ event: 'progress', ...state });
    };
    const summary = await conduct(job, {
      log,
      drain: signals.interrupted,
      stop: signals.terminated,
      owner: options.owner,
      onProgress: say,
      onFailure: (failure) => print({ event: 'failure', ...failure }),
      onPass: (pass) => print({ event: 'pass', pass }),
    });
    print({ event: summary.interrupted ? 'interrupted' : 'complete', ...summary });
    process.exitCode = exitCode(summary);
  } catch (error) {
    if (signals.terminated.aborted && error === signals.terminated.reason) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    const code = error instanceof FacefleetError ? error.code : null;
    print({ event: 'failed', code, message: errorText(error) });
    throw error;
  }
}

/** `facefleet worker stage`. */
export async function runStageProcess(
  options: CommonOptions & { readonly pass: number; readonly stage: number; readonly replica: number },
): Promise<void> {
  const { pass, stage, replica } = options;
  const signals = processSignals(options.withParent);
  const job = await readJob(options.job);
  const place = { pass, stage, replica };
  const log = logOf(options).child({ extraction: job.extraction, worker: laneOf(place), pass });
  const stop = AbortSignal.any([signals.interrupted, signals.terminated]);
  await runWorker(job, place, {
    log,
    stop,
    onReady: ({ provider }) => log.info({ provider }, 'the worker is ready'),
  });
}

function logOf({ logLevel }: CommonOptions) {
  return pino({ level: logLevel }, pino.destination({ dest: 2, sync: true }));
}

function exitCode({
  interrupted,
  failed,
}: {
  readonly interrupted: boolean;
  readonly failed: number;
}): number {
  if (interrupted) return EXIT.interrupted;
  return failed > 0 ? EXIT.someFramesFailed : EXIT.ok;
}

function print(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
