import { setTimeout as sleep } from 'node:timers/promises';

/** How failed requests are tried again. */
export interface RetryPolicy {
  /** How often a request is tried in all before its failure counts, at least 1. */
  readonly attempts: number;
  /** The longest wait before the second attempt; it doubles with each further one. */
  readonly baseDelayMs: number;
  /** No wait is longer. */
  readonly maxDelayMs: number;
}

/** Ten attempts over 15 seconds on the average and 35 at most: enough for the restart of a server behind a load balancer. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 10, baseDelayMs: 100, maxDelayMs: 10_000 };

/** How one request is tried. */
export interface Tries {
  readonly policy: RetryPolicy;
  /** What a failure says about trying again: null for never, otherwise the shortest wait that the server asks for (0 for none). */
  readonly judge: (error: unknown) => number | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How long to wait after the `failures`-th failure in a row: exponential backoff with full jitter (M. Brooker, "Exponential Backoff
 * And Jitter", 2015), but not less than the server asks for, if that is within `maxDelayMs`.
 * @param failures 1 after the first attempt
 * @param random 0 ≤ random < 1
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, askedMs: number, random: number): number {
  const ceilingMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(ceilingMs * random, Math.min(askedMs, policy.maxDelayMs));
}

/**
 * After a failure: waits for the time of the next attempt, or throws `error` when there shall be none.
 * An abort ends the wait with the signal's reason.
 * @param failures in a row, this one included
 */
export async function waitToRetry(error: unknown, failures: number, tries: Tries): Promise<void> {
  const { policy, judge, signal } = tries;
  signal?.throwIfAborted();
  const askedMs = failures < policy.attempts ? judge(error) : null;
  if (askedMs === null) throw error;
  try {
    await sleep(retryDelayMs(policy, failures, askedMs, Math.random()), undefined, signal ? { signal } : {});
  } catch (stopped) {
    signal?.throwIfAborted();
    throw stopped;
  }
}

/**
 * Runs `attempt` until it succeeds or its failure is final.
 * @param attempt gets its number, from 1; it must end soon after the signal is aborted
 */
export async function retried<T>(attempt: (number: number) => Promise<T>, tries: Tries): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      tries.signal?.throwIfAborted();
      return await attempt(number);
    } catch (error) {
      await waitToRetry(error, number, tries);
    }
  }
}
