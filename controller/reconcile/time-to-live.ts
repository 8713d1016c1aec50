import type { Scene } from './scene.ts';
import { timeMs } from './time-text.ts';

/** Deletes a finished extraction when its time to live is over. */
export function expire({ observed, draft }: Scene): void {
  const { ttlSecondsAfterFinished } = observed.extraction.spec;
  const completedMs = timeMs(draft.status.completionTime);
  if (ttlSecondsAfterFinished === undefined || completedMs === null) return;
  const expiresMs = completedMs + ttlSecondsAfterFinished * 1000;
  if (expiresMs <= draft.nowMs) draft.act({ do: 'deleteExtraction' });
  else draft.lookAgainAt(expiresMs);
}
