import { setTimeout as sleep } from 'node:timers/promises';
import { ApiException } from '@kubernetes/client-node';

const LIMIT_MS = 120_000;
const PAUSE_MS = 200;

/** Whether the API server refused a request with one of these codes. */
export function answered(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof ApiException && codes.includes(error.code);
}

/**
 * Asks until it holds; a server that does not answer, or answers with an error, is asked again.
 * @throws Error after `limitMs`, with what it was told last
 */
export async function untilServed(
  what: string,
  holds: () => Promise<boolean>,
  limitMs = LIMIT_MS,
): Promise<void> {
  let last: unknown = 'it does not hold';
  for (const endMs = Date.now() + limitMs; Date.now() < endMs; await sleep(PAUSE_MS)) {
    try {
      if (await holds()) return;
      last = 'it does not hold';
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`waited in vain: ${what}`, { cause: last });
}
