import type { Logger } from 'pino';
import { raceSignal } from '../../bus/race-signal.ts';
import type { Job } from '../../cluster/job.ts';
import { openJobBus } from '../../cluster/open-job-bus.ts';
import { errorText, FacefleetError } from '../../errors/facefleet-error.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { deleteParts, partNumbers } from '../load-results.ts';
import { notedJob } from './job-record.ts';
import { removeLargeMessages, removeMarkers, removeTemporaries } from './remove-temporaries.ts';

/** So long the bus is tried. */
const CONNECT_WITHIN_MS = 15_000;

/**
 * Removes what a job that will not go on left behind, and those that it took over from: lanes, and what lies in the output only while a job
 * runs. Results stay, those of passes too, so that another extraction of the same frames can go on with them. No process of the job may
 * run any more.
 * @param signal ends it, with its reason
 * @throws FacefleetError FF4001, FF4006, FF4010 or FF4011 when the output cannot be cleaned, FF6001, FF6002, FF6008 when the bus cannot
 */
export async function cleanJob(job: Job, log: Logger, signal: AbortSignal): Promise<void> {
  const uids = [job.extraction, ...(job.earlier ?? [])];
  // both are tried, whatever becomes of the other
  const [output, bus] = await Promise.allSettled([
    raceSignal(cleanOutput(job, uids), signal),
    cleanBus(job, uids, log, signal),
  ]);
  if (output.status === 'rejected') throw output.reason;
  if (bus.status === 'rejected') throw bus.reason;
}

/**
 * Removes what a conductor that ended between the end of its job and its own left behind; what cannot be removed from the bus is logged.
 * @param store the output, which is complete and held
 * @throws FacefleetError FF4001, FF4006; the signal's reason
 */
export async function cleanFinished(job: Job, store: Store, log: Logger, signal: AbortSignal): Promise<void> {
  await deleteParts(store, await partNumbers(store));
  await removeTemporaries(job, store);
  try {
    // workers that still wait for frames end, because the output is complete
    await cleanBus(job, [job.extraction], log, signal);
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`lanes stay: ${errorText(error)}`);
  }
}

async function cleanOutput(job: Job, uids: readonly string[]): Promise<void> {
  const store = await openOutputThere(job);
  if (store === null) return;
  for (const extraction of uids) await removeLargeMessages({ extraction }, store);
  // they do not tell whose they are
  const noted = await notedJob(store);
  if (noted === null || uids.includes(noted.extraction)) await removeMarkers(store);
}

/** Null when there is no output. */
async function openOutputThere({ output }: Job): Promise<Store | null> {
  try {
    return await openStore(output.address, { create: false, ...(output.s3 && { s3: output.s3 }) });
  } catch (error) {
    if (error instanceof FacefleetError && error.code === 'FF4006') return null;
    throw error;
  }
}

async function cleanBus(job: Job, uids: readonly string[], log: Logger, signal: AbortSignal): Promise<void> {
  for (const extraction of uids) {
    const bus = await openJobBus(job, 'cleaner', log, {
      signal,
      extraction,
      connectWithinMs: CONNECT_WITHIN_MS,
    });
    try {
      await raceSignal(bus.removeAll(), signal);
    } finally {
      await bus.close();
    }
  }
}
