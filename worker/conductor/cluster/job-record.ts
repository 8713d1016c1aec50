import type { Logger } from 'pino';
import { type Job, parseJob } from '../../cluster/job.ts';
import { openJobBus } from '../../cluster/open-job-bus.ts';
import { errorText } from '../../errors/facefleet-error.ts';
import type { Json } from '../../formats/canonical-json.ts';
import type { Store } from '../../store/store.ts';
import { removeTraces } from './remove-temporaries.ts';

/** Key of the job that last worked on an output. */
export const JOB_KEY = 'job.json';

/** What extraction.json says of the plan; the uid tells late workers that their job is done. */
export function planRecord({ extraction, passes }: Job): Json {
  return { extraction, passes } as unknown as Json;
}

/**
 * Removes what other jobs that worked on this output left behind: lanes, large messages and markers of crashes. They are the one that is
 * noted there, and those that this job takes over from.
 * The output must be held. Lanes that cannot be removed are logged: they cost storage, nothing else.
 * @throws FacefleetError FF4001, FF4006
 */
export async function clearEarlierJobs(job: Job, store: Store, log: Logger): Promise<void> {
  const noted = await notedJob(store);
  const earlier = new Set([...(job.earlier ?? []), ...(noted === null ? [] : [noted.extraction])]);
  earlier.delete(job.extraction);
  for (const extraction of earlier) {
    await removeTraces({ extraction }, store);
    try {
      const bus = await openJobBus(job, 'conductor', log, { extraction });
      await bus.removeAll().finally(() => bus.close());
    } catch (error) {
      log.warn({ extraction }, `lanes of an earlier run stay: ${errorText(error)}`);
    }
  }
}

/** Whether an earlier conductor of this job, or of one that it takes over from, has opened the output. */
export async function isNoted({ extraction, earlier = [] }: Job, store: Store): Promise<boolean> {
  const noted = await notedJob(store);
  return noted !== null && [extraction, ...earlier].includes(noted.extraction);
}

/** Notes the job in its output, which is open. */
export async function noteJob(job: Job, store: Store): Promise<void> {
  await store.put(JOB_KEY, Buffer.from(`${JSON.stringify(job, null, 2)}\n`), { durable: true });
}

/** The job that last worked on an output; null when there is none, or its record cannot be read. */
export async function notedJob(store: Store): Promise<Job | null> {
  if ((await store.head(JOB_KEY)) === null) return null;
  try {
    return parseJob(JSON.parse(Buffer.from(await store.get(JOB_KEY)).toString('utf8')), JOB_KEY);
  } catch {
    // of another version, or damaged: as good as none
    return null;
  }
}
