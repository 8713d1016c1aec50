import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Bus } from '../../bus/bus.ts';
import type { Job } from '../../cluster/job.ts';
import { decodeLaneOf, laneOf } from '../../cluster/lane-of.ts';
import { errorText } from '../../errors/facefleet-error.ts';

/** A worker that starts late makes its lane again. */
const AGAIN_MS = 30_000;

/**
 * Removes the lanes of retired workers, with what lies there, until the signal aborts: the conductor sends those frames again, to others. What would
 * stay there for ever would look like work that goes on.
 * @returns when they are removed for the first time; failures are logged
 */
export async function keepRetiredRemoved(
  bus: Bus,
  job: Job,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const lanes = retiredLanes(job);
  if (lanes.length === 0) return;
  const remove = async (): Promise<void> => {
    try {
      for (const lane of lanes) {
        signal.throwIfAborted();
        await bus.removeLane(lane);
      }
    } catch (error) {
      if (!signal.aborted) log.warn(`lanes of retired workers stay: ${errorText(error)}`);
    }
  };
  await remove();
  void (async () => {
    for (;;) {
      await sleep(AGAIN_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await remove();
    }
  })();
}

function retiredLanes({ passes, decode }: Job): string[] {
  const stages = passes.flatMap((one, pass) =>
    one.stages.flatMap(({ workers }, stage) =>
      workers.flatMap(({ retired }, replica) => (retired ? [laneOf({ pass, stage, replica })] : [])),
    ),
  );
  const { replicas = 0, retired: gone = 0 } = decode ?? {};
  return [...stages, ...Array.from({ length: gone }, (_, i) => decodeLaneOf(replicas + i))];
}
