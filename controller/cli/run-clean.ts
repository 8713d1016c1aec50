import { pino } from 'pino';
import { readJob } from '../../worker/cluster/job.ts';
import { cleanJob } from '../../worker/conductor/cluster/clean-job.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { leavingWord } from './leave-word.ts';

/** No cleaning takes longer: what does is left. */
const WITHIN_MS = 90_000;

/** `facefleet worker clean`. */
export async function runCleanProcess(options: {
  readonly job: string;
  readonly terminationLog?: string;
  readonly logLevel: string;
}): Promise<void> {
  await leavingWord(options.terminationLog, async () => {
    const job = await readJob(options.job);
    const log = pino({ level: options.logLevel }, pino.destination({ dest: 2, sync: true }));
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new FacefleetError('FF6001', `cleaning took more than ${WITHIN_MS / 1000} s`)),
      WITHIN_MS,
    );
    try {
      await cleanJob(job, log.child({ extraction: job.extraction, worker: 'cleaner' }), late.signal);
    } finally {
      clearTimeout(timer);
    }
  });
}
