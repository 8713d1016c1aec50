const OVER_MS = 30_000;
/** What is seen of a shorter time says little. */
const LEAST_MS = 5000;

/** How fast a count grows, over the last half minute. */
export class RateWindow {
  /** Oldest first; the first one lies outside of the window, or is the first of all. */
  #seen: { readonly count: number; readonly atMs: number }[] = [];

  /**
   * Takes the count as it is now.
   * @param nowMs on a clock that only goes forward
   * @returns its growth per second; null until it was watched for a while
   */
  note(count: number, nowMs: number): number | null {
    this.#seen.push({ count, atMs: nowMs });
    while (this.#seen.length > 2 && this.#seen[1]!.atMs <= nowMs - OVER_MS) this.#seen.shift();
    const first = this.#seen[0]!;
    const ms = nowMs - first.atMs;
    return ms < LEAST_MS ? null : Math.max(0, (1000 * (count - first.count)) / ms);
  }

  /** What was counted before has nothing to do with what comes. */
  clear(): void {
    this.#seen = [];
  }
}
