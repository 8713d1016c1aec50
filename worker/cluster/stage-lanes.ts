import type { Bus, Lane } from '../bus/bus.ts';
import { type Job, presentWorkers } from './job.ts';
import { laneOf, slotsOf, type WorkerPlace } from './lane-of.ts';

/** The lanes of a stage's workers, but for retired ones; made where they do not exist. */
export async function stageLanes(
  bus: Bus,
  { passes, bus: { ackWaitMs } }: Job,
  { pass, stage }: Pick<WorkerPlace, 'pass' | 'stage'>,
  signal?: AbortSignal,
): Promise<Lane[]> {
  const workers = presentWorkers(passes[pass]!.stages[stage]!);
  const options = { ackWaitMs, ...(signal && { signal }) };
  return await Promise.all(
    workers.map(({ worker, replica }) =>
      bus.openLane(laneOf({ pass, stage, replica }), { ...options, slots: slotsOf(worker) }),
    ),
  );
}
