import { hostname } from 'node:os';
import type { Job } from '../../cluster/job.ts';
import { type DirLock, lockDir } from '../../store/dir-lock.ts';
import type { Store } from '../../store/store.ts';
import { parseStoreAddress } from '../../store/store-address.ts';
import { leaseOutput } from './output-lease.ts';

/** The output, held by this process alone. */
export interface OutputHold extends DirLock {
  /** Aborts when it is not any more. */
  readonly lost: AbortSignal;
  /** Looks whether it still is. @throws FacefleetError FF4003 when it is not, FF4006 when that cannot be told */
  confirm(): Promise<void>;
}

/**
 * Takes the output of a job for this process: a folder by its lock, any other store by a lease.
 * @param owner who asks, for where it cannot be told whether a holder lives (see `LeaseOptions.owner`, `lockDir`)
 * @throws FacefleetError FF4001, FF4003
 */
export async function lockOutput(
  { output }: Job,
  store: Store,
  owner: string | undefined,
  signal: AbortSignal,
): Promise<OutputHold> {
  const place = parseStoreAddress(output.address);
  if (place.kind === 'dir') {
    const { release } = await lockDir(place.path, owner === undefined ? {} : { owner });
    return { release, lost: new AbortController().signal, confirm: async () => {} };
  }
  return await leaseOutput(store, { owner: owner ?? `process ${process.pid} on ${hostname()}`, signal });
}
