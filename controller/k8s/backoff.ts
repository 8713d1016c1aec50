/** How long to wait before a try; drawn anew each time, so that those who failed together do not come again together. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Twice as long after each failure, up to the longest; half of it is drawn by lot.
 * @param failures so far in a row, at least 1
 * @param random from 0 to below 1
 */
export function backoffMs({ firstMs, longestMs }: Backoff, failures: number, random: number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return fullMs / 2 + (fullMs / 2) * random;
}
