import { setMaxListeners } from 'node:events';

/**
 * Waits for `work`, but rejects with the signal's reason as soon as it aborts. `work` itself goes on; its late failure is dropped.
 * Any number of calls may wait on one signal.
 */
export async function raceSignal<T>(work: Promise<T>, ...signals: (AbortSignal | undefined)[]): Promise<T> {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length === 0) return await work;
  work.catch(() => {});
  for (const signal of given) signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const stops: (() => void)[] = [];
    const settle = (end: () => void): void => {
      for (const stop of stops) stop();
      end();
    };
    for (const signal of given) {
      const abort = (): void => settle(() => reject(signal.reason));
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort, { once: true });
      stops.push(() => signal.removeEventListener('abort', abort));
    }
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
