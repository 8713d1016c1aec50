const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;

/** How long after a crash its pod is made again, by how many were counted: 10 s, 20 s, … 5 min. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(16, Math.max(0, failures - 1)));
}
