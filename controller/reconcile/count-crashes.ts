import { backoffMs } from './backoff.ts';
import { HUNG, isHung } from './hung-conductor.ts';
import type { ObservedPod } from './observed.ts';
import { nameOfRole } from './role-name.ts';
import type { Scene } from './scene.ts';
import { timeMs, timeText } from './time-text.ts';
import { verdictOn } from './verdict.ts';

/**
 * Counts the crashes that are not counted yet; a conductor that hangs is one. Those that follow one within its waiting time have the same cause most likely (a server
 * that is away ends all workers) and count as one with it.
 * @param pods made from what is wanted now
 * @returns why that is too many; null while it is not
 */
export function countCrashes(pods: readonly ObservedPod[], scene: Scene): string | null {
  const { observed, draft } = scene;
  const { attempts } = draft.status;
  const { backoffLimit } = observed.extraction.spec;
  let last = '';
  const count = (pod: ObservedPod, atMs: number, why: string): void => {
    const lastMs = timeMs(attempts.lastFailureAt);
    if (lastMs === null || atMs >= lastMs + backoffMs(attempts.failures)) {
      attempts.failures += 1;
      attempts.lastFailureAt = timeText(atMs);
    }
    draft.count(pod);
    last = `${nameOfRole(pod.role)}: ${why}`;
    draft.tell('Warning', 'PodCrashed', `${last} (crash ${attempts.failures} of ${backoffLimit} allowed)`);
  };
  const fresh = pods.filter((pod) => pod.end !== null && !draft.isCounted(pod));
  for (const pod of fresh.sort((a, b) => a.end!.atMs - b.end!.atMs)) {
    const verdict = verdictOn(pod);
    if (verdict.kind !== 'crashed' && verdict.kind !== 'outOfMemory') continue;
    count(pod, pod.end!.atMs, verdict.why);
  }
  for (const pod of pods) {
    if (!draft.isCounted(pod) && isHung(pod, scene)) count(pod, draft.nowMs, HUNG);
  }
  if (attempts.failures <= backoffLimit) return null;
  return `${attempts.failures} crashes, ${backoffLimit} allowed; the last: ${last || 'see the events'}`;
}
