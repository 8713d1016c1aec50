import type { Bus, Lane } from '../../bus/bus.ts';
import type { Job } from '../../cluster/job.ts';
import { DECODE_SLOTS, decodeLaneOf } from '../../cluster/lane-of.ts';
import { stageLanes } from '../../cluster/stage-lanes.ts';

/** The lanes of a pass: those of its first stage, into which frames go. The later ones are made, too, before anybody sends there. */
export async function passLanes(bus: Bus, job: Job, pass: number, signal: AbortSignal): Promise<Lane[]> {
  const { stages } = job.passes[pass]!;
  const lanes = await Promise.all(stages.map((_, stage) => stageLanes(bus, job, { pass, stage }, signal)));
  return lanes[0]!;
}

/** The lanes of the decode workers, into which segments of a video go. */
export async function decodeLanes(
  bus: Bus,
  { decode, bus: { ackWaitMs } }: Job,
  signal: AbortSignal,
): Promise<Lane[]> {
  const options = { slots: DECODE_SLOTS, ackWaitMs, signal };
  return await Promise.all(
    Array.from({ length: decode?.replicas ?? 0 }, (_, i) => bus.openLane(decodeLaneOf(i), options)),
  );
}
