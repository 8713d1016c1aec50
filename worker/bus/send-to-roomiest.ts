import { setMaxListeners } from 'node:events';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Message, Sent } from './bus.ts';
import type { Outlet } from './outlet.ts';

/**
 * Sends into the lane with the most room, waiting for room in any of them. Those who wait are served in turn.
 * @param closing aborts with the error to reject with when the bus ends
 * @throws FacefleetError FF6006 when no lane is left
 */
export async function sendToRoomiest(
  outlets: readonly Outlet[],
  message: Message,
  signal: AbortSignal | undefined,
  closing: AbortSignal,
): Promise<Sent> {
  for (const outlet of outlets) if (!outlet.gone && !outlet.known) await outlet.ready(signal);
  for (;;) {
    signal?.throwIfAborted();
    closing.throwIfAborted();
    const outlet = await reserveRoomiest(outlets, signal, closing);
    const outcome = await outlet.put(message, signal);
    if (outcome === 'sent' || outcome === 'duplicate') {
      return { lane: outlet.name, duplicate: outcome === 'duplicate' };
    }
  }
}

/** Waits until a lane has room and holds a place in the one with the most; the first of equals. */
function reserveRoomiest(
  outlets: readonly Outlet[],
  signal: AbortSignal | undefined,
  closing: AbortSignal,
): Promise<Outlet> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const settle = (end: () => void): void => {
      for (const stop of stops.splice(0)) stop();
      end();
    };
    const look = (): boolean => {
      const open = outlets.filter(({ gone }) => !gone);
      if (open.length === 0) {
        const names = outlets.map(({ name }) => name).join(', ');
        settle(() => reject(new FacefleetError('FF6006', names || 'no lane to send to')));
        return true;
      }
      const most = open.reduce((best, outlet) => (outlet.room > best.room ? outlet : best));
      if (most.room === 0) return false;
      most.reserve();
      settle(() => resolve(most));
      return true;
    };
    if (look()) return;
    for (const outlet of outlets) stops.push(outlet.onChange(look));
    for (const stopper of [signal, closing]) {
      if (stopper === undefined) continue;
      const abort = (): void => settle(() => reject(stopper.reason));
      setMaxListeners(0, stopper);
      stopper.addEventListener('abort', abort, { once: true });
      stops.push(() => stopper.removeEventListener('abort', abort));
    }
  });
}
