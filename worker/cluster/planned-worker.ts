import type { Provider } from '../engine/session.ts';
import { framesInWork } from '../stage/run-stage.ts';
import type { WorkerPlan } from './job.ts';

/** What one worker is to run on. */
export interface WorkerDevice {
  /** Tried one after the other. */
  readonly providers: readonly Provider[];
  /** Index of its GPU among those that the process sees; absent: it takes the first, or has none. */
  readonly deviceId?: number | undefined;
  readonly threads: number;
}

/**
 * The entry of a worker in its job, with as many frames in work as keep its device busy.
 * @param batches by role: every role of its stage
 */
export function plannedWorker(
  { providers, deviceId, threads }: WorkerDevice,
  batches: Readonly<Record<string, number>>,
): WorkerPlan {
  // a CPU runs one item at a time, whatever the batch
  const largest = providers[0] === 'cpu' ? 1 : Math.max(1, ...Object.values(batches));
  return {
    providers: [...providers],
    ...(deviceId !== undefined && { deviceId }),
    threads,
    batches: { ...batches },
    framesInWork: framesInWork(threads, largest),
  };
}
