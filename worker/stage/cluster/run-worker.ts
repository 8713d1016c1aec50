import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Bus, Lane } from '../../bus/bus.ts';
import { unpackFrame } from '../../cluster/claim-check.ts';
import { finishedJob } from '../../cluster/finished-job.ts';
import type { Job } from '../../cluster/job.ts';
import { laneOf, slotsOf, type WorkerPlace } from '../../cluster/lane-of.ts';
import { openJobBus } from '../../cluster/open-job-bus.ts';
import { sourceFolder } from '../../cluster/source-folder.ts';
import { stageLanes } from '../../cluster/stage-lanes.ts';
import { HostPool } from '../../engine/host-pool.ts';
import { cropKey } from '../../formats/face-stem.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { parseStoreAddress } from '../../store/store-address.ts';
import type { FrameInWork } from '../frame-in-work.ts';
import { runStage, type StageOptions } from '../run-stage.ts';
import { type AnswerOptions, answerFailed, passOnFrame } from './answer-frame.ts';
import { CrashMarkers } from './crash-markers.ts';
import { followControl } from './follow-control.ts';
import { FrameIntake, type Ticket } from './frame-intake.ts';
import { imageInput, type ReferencedStores } from './image-input.ts';
import { dutyOf, loadRoles, stageOfJob } from './stage-of-job.ts';
import { StatusVoice } from './status-voice.ts';

export interface WorkerOptions {
  readonly log: Logger;
  /** Aborts: take no more frames and finish those in work within the job's grace period. */
  readonly stop: AbortSignal;
  /** Told when the worker is about to take frames. */
  onReady?(view: WorkerView): void;
  /** Told of every frame that has left the worker. */
  onFrame?(outcome: 'found' | 'failed', workMs: number): void;
}

/** What probes and metrics look at. */
export interface WorkerView {
  readonly bus: Bus;
  readonly inWork: () => number;
  readonly provider: string;
}

/**
 * Runs one replica of a stage until its pass has ended, or it is told to stop.
 * @throws FacefleetError FF5002 when the job has no such worker; of scope pod or job when it cannot work: what it held is handed back
 */
export async function runWorker(job: Job, place: WorkerPlace, options: WorkerOptions): Promise<void> {
  const { log, stop } = options;
  const duty = dutyOf(job, place);
  const store = await openStore(job.output.address, { ...(job.output.s3 && { s3: job.output.s3 }) });
  if ((await finishedJob(store, job.extraction)) !== null) return;
  let bus: Bus | null = null;
  let voice: StatusVoice | null = null;
  let pool: HostPool | null = null;
  try {
    bus = await openJobBus(job, laneOf(place), log, { signal: stop });
    voice = new StatusVoice(bus, job.extraction, laneOf(place), place.pass);
    const roles = await loadRoles(job, duty, stop);
    const { providers, threads, deviceId } = duty.plan;
    const engine = { providers, threads, ...(deviceId !== undefined && { deviceId }) };
    pool = await HostPool.open(roles, engine, job.output);
    for (const { provider, reason } of pool.report.skipped)
      log.warn({ provider, reason }, `${provider} is not available; ${pool.report.provider} runs the models`);
    const stems = new Map<string, string>();
    const stage = stageOfJob(job, duty, roles, (key, face) => cropKey(stems.get(key) ?? key, face));
    await takeFrames({ job, place, bus, voice, pool, store, stage, stems }, options);
  } catch (error) {
    if (stop.aborted && error === stop.reason) return;
    if ((await finishedJob(store, job.extraction).catch(() => null)) !== null) return;
    voice?.broken(error);
    throw error;
  } finally {
    voice?.close();
    // hands back what is not settled
    await bus?.close();
    await pool?.close();
  }
}

/** What a worker has opened. */
interface Opened {
  readonly job: Job;
  readonly place: WorkerPlace;
  readonly bus: Bus;
  readonly voice: StatusVoice;
  readonly pool: HostPool;
  /** Of the output. */
  readonly store: Store;
  readonly stage: StageOptions;
  /** Of the frames in work, by key. */
  readonly stems: Map<string, string>;
}

async function takeFrames(opened: Opened, { log, stop, onReady, onFrame }: WorkerOptions): Promise<void> {
  const { job, place, bus, voice, pool, store, stage, stems } = opened;
  const worker = laneOf(place);
  const { ackWaitMs } = job.bus;
  const passEnded = new AbortController();
  const over = new AbortController();
  const signal = AbortSignal.any([stop, passEnded.signal]);
  followControl(bus, job.extraction, place.pass, over.signal, () => passEnded.abort());
  const results = await bus.results({ ackWaitMs });
  const answers: AnswerOptions = { bus, store, worker, results, next: await nextLanes(bus, job, place) };
  const stores = await referencedStores(job, store);
  const intake = new FrameIntake({
    lane: await bus.openLane(worker, { slots: slotsOf(dutyOf(job, place).plan), ackWaitMs }),
    markers: new CrashMarkers(store, place),
    crashes: job.budgets.crashes,
    signal,
    unpack: (payload) => unpackFrame(payload, job.extraction, store),
    inputOf: (frame) => {
      stems.set(frame.key, frame.stem);
      return imageInput(frame, stores);
    },
    refuse: async (ticket, error) => {
      log.error({ frame: ticket.frame.key }, error.message);
      await answerFailed(ticket, error, null, answers);
      await ticket.delivery.ack();
    },
    onUnreadable: (error) => log.error(error.message),
  });
  const finish = async (frame: FrameInWork): Promise<void> => {
    const ticket = frame.ticket as Ticket;
    if (frame.error !== null) log.debug({ frame: frame.key }, frame.error.message);
    await passOnFrame(ticket, frame, answers);
    await ticket.delivery.ack();
    await intake.settled(ticket);
    if (!intake.holds(frame.key)) stems.delete(frame.key);
    const outcome = frame.error === null ? 'found' : 'failed';
    voice.note(outcome);
    onFrame?.(outcome, performance.now() - ticket.takenMs);
  };
  if ((await finishedJob(store, job.extraction)) !== null) {
    // while this worker started; the lanes that the conductor removed have just been made again
    over.abort();
    await intake.close();
    await bus.removeAll();
    return;
  }
  voice.ready(pool.report.provider, () => intake.inWork);
  onReady?.({ bus, inWork: () => intake.inWork, provider: pool.report.provider });
  try {
    const running = runStage(pool, stage, intake.frames(), finish, signal);
    await Promise.race([running, graceOver(stop, job.graceMs, over.signal)]);
  } finally {
    voice.draining();
    over.abort();
    await intake.close();
  }
}

/** Resolves when the grace period after `stop` is over, or when `over` aborts. */
async function graceOver(stop: AbortSignal, graceMs: number, over: AbortSignal): Promise<void> {
  const begun = AbortSignal.any([stop, over]);
  if (!begun.aborted)
    await new Promise<void>((resolve) => begun.addEventListener('abort', () => resolve(), { once: true }));
  await sleep(graceMs, undefined, { signal: over, ref: false }).catch(() => {});
}

async function nextLanes(bus: Bus, job: Job, { pass, stage }: WorkerPlace): Promise<Lane[] | null> {
  if (job.passes[pass]!.stages[stage + 1] === undefined) return null;
  return await stageLanes(bus, job, { pass, stage: stage + 1 });
}

async function referencedStores({ source }: Job, output: Store): Promise<ReferencedStores> {
  const place = parseStoreAddress(source.address);
  if (place.kind === 'dir')
    return { output, source: { kind: 'folder', path: await sourceFolder(place.path) } };
  const store = await openStore(source.address, { ...(source.s3 && { s3: source.s3 }) });
  return { output, source: { kind: 'store', store } };
}
