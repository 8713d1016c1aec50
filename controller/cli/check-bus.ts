import { pino } from 'pino';
import type { Job } from '../../worker/cluster/job.ts';
import { openJobBus } from '../../worker/cluster/open-job-bus.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';

/** How long a server that just starts is waited for. */
const CONNECT_WITHIN_MS = 5000;

/**
 * Tries whether the bus of a job can be used, so that a wrong address is told at once and not after all restarts of the conductor.
 * @throws FacefleetError FF6001, FF6002, FF6008, FF6009; the signal's reason
 */
export async function checkBus(job: Job, signal: AbortSignal): Promise<void> {
  const log = pino({ level: 'silent' });
  try {
    const bus = await openJobBus(job, 'cluster run', log, { signal, connectWithinMs: CONNECT_WITHIN_MS });
    await bus.close();
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF6001') throw error;
    const why = error.message.replace(/^.*?cannot be reached: /, '');
    throw new FacefleetError('FF6001', `${why}; \`facefleet dev up\` starts a server on this machine`, {
      cause: error,
    });
  }
}
