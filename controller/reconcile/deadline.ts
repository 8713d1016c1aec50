import { activeMs } from './active-time.ts';
import type { Scene } from './scene.ts';

/** Whether an extraction has been active for longer than it may; asks to be looked at when it will have been. */
export function isPastDeadline({ observed, draft }: Scene): boolean {
  const { activeDeadlineSeconds } = observed.extraction.spec;
  if (activeDeadlineSeconds === undefined || draft.status.startTime === undefined) return false;
  if (draft.isTrue('Suspended')) return false;
  const leftMs = activeDeadlineSeconds * 1000 - activeMs(draft);
  draft.lookAgainAt(draft.nowMs + leftMs);
  return leftMs <= 0;
}
