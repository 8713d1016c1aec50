import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Container, V1Probe } from '@kubernetes/client-node';

/** Tests do not wait for as long as a probe's period says. */
const MAX_PERIOD_MS = 500;

/**
 * Probes a container until `signal`, and tells when the answer changes. A container without this probe is well at once.
 * @param ports of this machine by ports of the container
 */
export async function probe(
  container: V1Container,
  kind: 'readinessProbe' | 'livenessProbe',
  ports: ReadonlyMap<number, number>,
  signal: AbortSignal,
  tell: (well: boolean) => void,
): Promise<void> {
  const settings = container[kind];
  if (!settings?.httpGet) return tell(true);
  const url = urlOf(container, settings, ports);
  const { failureThreshold = 3, timeoutSeconds = 1, periodSeconds = 10 } = settings;
  let [well, failures] = [false, 0];
  while (!signal.aborted) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
    const passed = await fetch(url, { signal: limit }).then(
      ({ status }) => status < 400,
      () => false,
    );
    if (signal.aborted) return;
    failures = passed ? 0 : failures + 1;
    // not ready at first; after that one failure is none
    const now = passed || (well && failures < failureThreshold);
    if (now !== well) tell(now);
    well = now;
    await sleep(Math.min(periodSeconds * 1000, MAX_PERIOD_MS), null, { signal }).catch(() => {});
  }
}

function urlOf(
  { ports: named = [] }: V1Container,
  { httpGet }: V1Probe,
  local: ReadonlyMap<number, number>,
): string {
  const { port, path = '/' } = httpGet!;
  const number =
    typeof port === 'number' ? port : named.find(({ name }) => name === String(port))?.containerPort;
  if (number === undefined) throw new Error(`there is no port ${port}`);
  return `http://127.0.0.1:${local.get(number) ?? number}${path}`;
}
