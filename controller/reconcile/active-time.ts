import type { Draft } from './draft.ts';
import { timeMs } from './time-text.ts';

/** For how long an extraction has been active: from its start, without the time in which it was suspended, ms. */
export function activeMs(draft: Draft): number {
  const { startTime, completionTime, activeSeconds = 0 } = draft.status;
  const startedMs = timeMs(startTime);
  if (startedMs === null) return 0;
  const beforeMs = activeSeconds * 1000;
  if (completionTime !== undefined || draft.isTrue('Suspended')) return beforeMs;
  const sinceMs = Math.max(startedMs, draft.sinceMs('Suspended') ?? startedMs);
  return beforeMs + Math.max(0, draft.nowMs - sinceMs);
}
