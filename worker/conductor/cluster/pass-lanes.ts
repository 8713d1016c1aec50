import type { Bus, Lane } from '../../bus/bus.ts';
import type { Job } from '../../cluster/job.ts';
import { laneOf, slotsOf } from '../../cluster/lane-of.ts';

/** The lanes of a pass: those of its first stage, into which frames go. The later ones are made, too, before anybody sends there. */
export async function passLanes(
  bus: Bus,
  { passes, bus: { ackWaitMs } }: Job,
  pass: number,
  signal: AbortSignal,
): Promise<Lane[]> {
  const { stages } = passes[pass]!;
  const lanes = await Promise.all(
    stages.map(({ workers }, stage) =>
      Promise.all(
        workers.map((worker, replica) =>
          bus.openLane(laneOf({ pass, stage, replica }), { slots: slotsOf(worker), ackWaitMs, signal }),
        ),
      ),
    ),
  );
  return lanes[0]!;
}
