import type { Observed, ObservedPod } from './observed.ts';
import type { Scene } from './scene.ts';

/** So long after a pod had to be gone it is taken for stranded, ms. */
const STRANDED_AFTER_MS = 5000;

/** Sees to it that a pod goes: deletes it, and does not wait for a kubelet that is gone. */
export function removePod(pod: ObservedPod, { observed, draft }: Scene): void {
  if (pod.deleteByMs === null) {
    draft.deletePod(pod, false);
    return;
  }
  const strandedAtMs = pod.deleteByMs + STRANDED_AFTER_MS;
  if (strandedAtMs > draft.nowMs) draft.lookAgainAt(strandedAtMs);
  else if (!hasKubelet(pod, observed)) draft.deletePod(pod, true);
}

/** Whether somebody is there to end it. */
function hasKubelet({ nodeName }: ObservedPod, { nodes }: Observed): boolean {
  return nodeName !== null && nodes.get(nodeName)?.ready === true;
}
