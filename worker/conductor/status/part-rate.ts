/** When a part was written, and how many frames had ended in it. */
export interface PartTime {
  readonly atMs: number;
  readonly frames: number;
}

/** Older parts say nothing of the present rate. */
const WINDOW_MS = 5 * 60_000;
/** Parts come every second while frames end: a longer silence counts. */
const SILENT_MS = 5000;

/**
 * Frames per second over the last five minutes of a run; null when that cannot be told yet.
 * @param parts of the present run, oldest first
 * @param startMs of the run
 * @param nowMs by the clock that dates the parts, about
 */
export function partRate(parts: readonly PartTime[], startMs: number, nowMs: number): number | null {
  const last = parts.at(-1);
  if (last === undefined) return null;
  const inWindow = parts.filter(({ atMs }) => atMs > last.atMs - WINDOW_MS);
  const before = parts.at(-1 - inWindow.length);
  const fromMs = before?.atMs ?? startMs;
  const toMs = nowMs - last.atMs > SILENT_MS ? nowMs : last.atMs;
  const frames = inWindow.reduce((sum, part) => sum + part.frames, 0);
  return toMs > fromMs ? frames / ((toMs - fromMs) / 1000) : null;
}
