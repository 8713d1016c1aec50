import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, LaneDepth } from '../../bus/bus.ts';

const LOOK_EVERY_MS = 300;
/** So often lanes must be found empty one look after the other. */
const LOOKS = 2;

/**
 * Resolves when nothing lies in an extraction's lanes.
 * @param counts which of them, by name
 * @throws what `Bus.depths` throws; the signal's reason when aborted
 */
export async function whenQuiet(
  bus: Bus,
  counts: (lane: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  for (let quiet = 0; quiet < LOOKS; ) {
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false });
    const depths = await bus.depths({ signal });
    quiet = depths.some((depth) => counts(depth.lane) && isBusy(depth)) ? 0 : quiet + 1;
  }
}

/** Whether a lane holds anything. */
export function isBusy({ waiting, inWork }: LaneDepth): boolean {
  return waiting > 0 || inWork > 0;
}
