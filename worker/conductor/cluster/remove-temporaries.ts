import { tmpPrefix } from '../../cluster/claim-check.ts';
import type { Job } from '../../cluster/job.ts';
import { ATTEMPTS_PREFIX } from '../../stage/cluster/crash-markers.ts';
import type { Store } from '../../store/store.ts';
import { removePasses } from './pass-log.ts';

/** Removes what an output holds only while its extraction runs: results of passes, large messages, markers of crashes. */
export async function removeTemporaries({ extraction }: Job, store: Store): Promise<void> {
  await removePasses(store);
  for (const prefix of [tmpPrefix(extraction), ATTEMPTS_PREFIX]) {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix)) keys.push(key);
    await store.deleteMany(keys);
  }
}
