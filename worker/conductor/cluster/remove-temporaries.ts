import { tmpPrefix } from '../../cluster/claim-check.ts';
import type { Job } from '../../cluster/job.ts';
import { ATTEMPTS_PREFIX } from '../../stage/cluster/crash-markers.ts';
import type { Store } from '../../store/store.ts';
import { removePasses } from './pass-log.ts';

/** Removes what an output holds only while its extraction runs: results of passes, large messages, markers of crashes. */
export async function removeTemporaries(job: Pick<Job, 'extraction'>, store: Store): Promise<void> {
  await removePasses(store);
  await removeTraces(job, store);
}

/** Removes large messages of a job, and markers of crashes, which name frames by indexes that hold for one job alone. */
export async function removeTraces(job: Pick<Job, 'extraction'>, store: Store): Promise<void> {
  await removeLargeMessages(job, store);
  await removeMarkers(store);
}

export async function removeLargeMessages(
  { extraction }: Pick<Job, 'extraction'>,
  store: Store,
): Promise<void> {
  await store.deleteMany(keysBelow(store, tmpPrefix(extraction)));
}

/** Removes the markers of crashes, whosever they are. */
export async function removeMarkers(store: Store): Promise<void> {
  await store.deleteMany(keysBelow(store, ATTEMPTS_PREFIX));
}

async function* keysBelow(store: Store, prefix: string): AsyncGenerator<string> {
  for await (const { key } of store.list(prefix)) yield key;
}
