import { type Logger, pino } from 'pino';
import type { Registry } from 'prom-client';
import type { Bus } from '../../worker/bus/bus.ts';
import { conductorMetrics } from '../../worker/cluster/conductor-metrics.ts';
import { decodeMetrics } from '../../worker/cluster/decode-metrics.ts';
import { readJob } from '../../worker/cluster/job.ts';
import { decodeLaneOf, laneOf } from '../../worker/cluster/lane-of.ts';
import { serveTelemetry, type Telemetry } from '../../worker/cluster/serve-telemetry.ts';
import { stageMetrics } from '../../worker/cluster/stage-metrics.ts';
import { conduct } from '../../worker/conductor/cluster/conduct.ts';
import { runDecoder } from '../../worker/decode/run-decoder.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { runWorker } from '../../worker/stage/cluster/run-worker.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { failedWord, type LastWord, leaveWord, leavingWord } from './leave-word.ts';
import { processSignals } from './process-signals.ts';

interface CommonOptions {
  readonly job: string;
  readonly listen?: string;
  readonly withParent: boolean;
  readonly logLevel: string;
  /** Where the last event is left. */
  readonly terminationLog?: string;
}

const PROGRESS_EVERY_MS = 250;

/** `facefleet worker conductor`: its events as lines of JSON on stdout; sets the exit code. */
export async function runConductorProcess(
  options: CommonOptions & { readonly owner?: string },
): Promise<void> {
  const signals = processSignals(options.withParent);
  let telemetry: Telemetry | null = null;
  try {
    const job = await readJob(options.job);
    const log = logOf(options).child({ extraction: job.extraction, worker: 'conductor' });
    const metrics = conductorMetrics({ extraction: job.extraction });
    let bus: Bus | null = null;
    telemetry = await listen(options, metrics.registry, () => bus, log);
    let saidMs = 0;
    const summary = await conduct(job, {
      log,
      drain: signals.interrupted,
      stop: signals.terminated,
      owner: options.owner,
      onProgress: (state) => {
        const nowMs = performance.now();
        if (nowMs - saidMs < PROGRESS_EVERY_MS) return;
        saidMs = nowMs;
        print({ event: 'progress', ...state });
      },
      onFailure: (failure) => print({ event: 'failure', ...failure }),
      onPass: (pass) => print({ event: 'pass', pass }),
      onReady: (view) => {
        bus = view.bus;
        metrics.watch(view);
      },
    });
    sayLast({ event: summary.interrupted ? 'interrupted' : 'complete', ...summary }, options);
    process.exitCode = exitCode(summary);
  } catch (error) {
    if (signals.terminated.aborted && error === signals.terminated.reason) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    sayLast(failedWord(error), options);
    // the parent has heard of it, and tells it once
    if (!options.withParent || !(error instanceof FacefleetError)) throw error;
    process.exitCode = exitCodeOf(error);
  } finally {
    await telemetry?.close();
  }
}

interface StageProcessOptions extends CommonOptions {
  readonly pass: number;
  readonly stage: number;
  readonly replica: number;
}

/** `facefleet worker stage`. */
export async function runStageProcess(options: StageProcessOptions): Promise<void> {
  await leavingWord(options.terminationLog, () => runStage(options));
}

async function runStage(options: StageProcessOptions): Promise<void> {
  const { pass, stage, replica } = options;
  const signals = processSignals(options.withParent);
  const job = await readJob(options.job);
  const worker = laneOf({ pass, stage, replica });
  const log = logOf(options).child({ extraction: job.extraction, worker, pass });
  const metrics = stageMetrics({ extraction: job.extraction, worker, pass: String(pass) });
  let bus: Bus | null = null;
  const telemetry = await listen(options, metrics.registry, () => bus, log);
  try {
    await runWorker(
      job,
      { pass, stage, replica },
      {
        log,
        stop: AbortSignal.any([signals.interrupted, signals.terminated]),
        onFrame: metrics.frame,
        onReady: (view) => {
          bus = view.bus;
          metrics.watch(view);
          log.info({ provider: view.provider }, 'the worker is ready');
        },
      },
    );
  } finally {
    await telemetry?.close();
  }
}

interface DecodeProcessOptions extends CommonOptions {
  readonly replica: number;
}

/** `facefleet worker decode`. */
export async function runDecodeProcess(options: DecodeProcessOptions): Promise<void> {
  await leavingWord(options.terminationLog, () => runDecode(options));
}

async function runDecode(options: DecodeProcessOptions): Promise<void> {
  const signals = processSignals(options.withParent);
  const job = await readJob(options.job);
  const worker = decodeLaneOf(options.replica);
  const log = logOf(options).child({ extraction: job.extraction, worker });
  const metrics = decodeMetrics({ extraction: job.extraction, worker });
  let bus: Bus | null = null;
  const telemetry = await listen(options, metrics.registry, () => bus, log);
  try {
    await runDecoder(job, options.replica, {
      log,
      stop: AbortSignal.any([signals.interrupted, signals.terminated]),
      onFrame: metrics.frame,
      onReady: (view) => {
        bus = view.bus;
        log.info('the worker is ready');
      },
    });
  } finally {
    await telemetry?.close();
  }
}

/** Serves probes and metrics where that is wanted. @param busOf null while the process starts */
async function listen(
  { listen: address }: CommonOptions,
  registry: Registry,
  busOf: () => Bus | null,
  log: Logger,
): Promise<Telemetry | null> {
  if (address === undefined) return null;
  const telemetry = await serveTelemetry(address, registry, {
    // a process that cannot go on ends by itself: answering is being well
    unwell: () => '',
    unready: () => {
      const bus = busOf();
      if (bus === null) return 'starting';
      return bus.connected ? '' : 'the bus is not connected';
    },
  });
  log.info({ port: telemetry.port }, 'serving /healthz, /readyz and /metrics');
  return telemetry;
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

function sayLast(event: LastWord, { terminationLog }: CommonOptions): void {
  print(event);
  leaveWord(terminationLog, event);
}

function print(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
