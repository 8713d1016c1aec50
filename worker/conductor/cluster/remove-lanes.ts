import type { Logger } from 'pino';
import type { Bus } from '../../bus/bus.ts';
import { raceSignal } from '../../bus/race-signal.ts';
import { errorText } from '../../errors/facefleet-error.ts';

const WITHIN_MS = 10_000;

/**
 * Removes the lanes of an extraction when its conductor ends. Where that fails, or the bus is away for longer, they stay, which is
 * logged: they cost storage, nothing else.
 */
export async function removeLanes(bus: Bus, log: Logger): Promise<void> {
  try {
    await raceSignal(bus.removeAll(), AbortSignal.timeout(WITHIN_MS));
  } catch (error) {
    log.warn(`lanes stay: ${errorText(error)}`);
  }
}
