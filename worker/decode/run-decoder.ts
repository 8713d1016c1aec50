import type { Logger } from 'pino';
import type { Bus, Lane } from '../bus/bus.ts';
import { finishedJob } from '../cluster/finished-job.ts';
import { inlineBytes } from '../cluster/inline-bytes.ts';
import type { Job } from '../cluster/job.ts';
import { DECODE_SLOTS, decodeLaneOf } from '../cluster/lane-of.ts';
import { openJobBus } from '../cluster/open-job-bus.ts';
import { stageLanes } from '../cluster/stage-lanes.ts';
import { videoOfJob } from '../cluster/video-of-job.ts';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { StatusVoice } from '../stage/cluster/status-voice.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { ConductorOrders } from './conductor-orders.ts';
import { runDecodeWorker } from './run-decode-worker.ts';

export interface DecoderOptions {
  readonly log: Logger;
  /** Aborts: hand back what is in work, and end. */
  readonly stop: AbortSignal;
  /** Told when the worker is about to take segments. */
  onReady?(view: DecoderView): void;
  /** Told of every frame that has left the worker. */
  onFrame?(outcome: 'decoded' | 'failed'): void;
}

/** What probes look at. */
export interface DecoderView {
  readonly bus: Bus;
}

/**
 * Runs one decode worker of a job until the job has ended, or it is told to stop.
 * @throws FacefleetError FF5002 when the job has no such worker; of scope pod or job when it cannot work: what it held is handed back
 */
export async function runDecoder(job: Job, replica: number, options: DecoderOptions): Promise<void> {
  const { log, stop } = options;
  const worker = decodeLaneOf(replica);
  if (replica >= (job.decode?.replicas ?? 0))
    throw new FacefleetError('FF5002', `the job has no worker ${worker}`);
  const store = await openStore(job.output.address, { ...(job.output.s3 && { s3: job.output.s3 }) });
  if ((await finishedJob(store, job.extraction)) !== null) return;
  let bus: Bus | null = null;
  let voice: StatusVoice | null = null;
  try {
    bus = await openJobBus(job, worker, log, { signal: stop });
    voice = new StatusVoice(bus, job.extraction, worker, 0);
    await takeSegments({ job, worker, store, bus, voice }, options);
  } catch (error) {
    if (stop.aborted && error === stop.reason) return;
    if ((await finishedJob(store, job.extraction).catch(() => null)) !== null) return;
    voice?.broken(error);
    throw error;
  } finally {
    voice?.close();
    // hands back what is not settled
    await bus?.close();
  }
}

/** What a worker has opened. */
interface Opened {
  readonly job: Job;
  readonly worker: string;
  /** Of the output. */
  readonly store: Store;
  readonly bus: Bus;
  readonly voice: StatusVoice;
}

async function takeSegments(
  { job, worker, store, bus, voice }: Opened,
  { log, stop, onReady, onFrame }: DecoderOptions,
): Promise<void> {
  const { extraction } = job;
  const { ackWaitMs } = job.bus;
  const finished = new AbortController();
  const over = new AbortController();
  const orders = new ConductorOrders(extraction, () => finished.abort());
  void orders.follow(bus, over.signal);
  const next = new Map<number, Promise<Lane[]>>();
  const nextOf = (pass: number): Promise<Lane[]> => {
    const lanes = next.get(pass) ?? stageLanes(bus, job, { pass, stage: 0 }, stop);
    next.set(pass, lanes);
    return lanes;
  };
  const { open } = await videoOfJob(job);
  const lane = await bus.openLane(worker, { slots: DECODE_SLOTS, ackWaitMs });
  const results = await bus.results({ ackWaitMs });
  if ((await finishedJob(store, extraction)) !== null) {
    // while this worker started; the lanes that the conductor removed have just been made again
    over.abort();
    await bus.removeAll();
    return;
  }
  voice.ready('', () => 0);
  onReady?.({ bus });
  try {
    await runDecodeWorker({
      extraction,
      bus,
      lane,
      nextOf,
      results,
      store,
      inlineBytes: inlineBytes(job, bus),
      worker,
      open,
      limits: job.spec.limits,
      crashes: job.budgets.crashes,
      orders,
      log,
      signal: AbortSignal.any([stop, finished.signal]),
      onFrame: (outcome) => {
        voice.note(outcome === 'decoded' ? 'found' : 'failed');
        onFrame?.(outcome);
      },
    });
  } finally {
    voice.draining();
    over.abort();
  }
}
