import { backoffMs } from './backoff.ts';
import { isHung } from './hung-conductor.ts';
import type { Observed, ObservedPod } from './observed.ts';
import { removePod } from './remove-pod.ts';
import { nameOfRole } from './role-name.ts';
import type { Scene } from './scene.ts';
import { verdictOn } from './verdict.ts';
import type { WantedPod } from './wanted-pod.ts';

/** A pod that lived for less than this is not made again at once, ms. */
const SHORT_LIFE_MS = 60_000;
const SHORT_LIFE_WAIT_MS = 10_000;
/** A worker that ended may have heard of the end of its pass before the controller does, ms. */
const PASS_END_MS = 15_000;

/**
 * Takes away a pod whose place is wanted for another one: it has ended, is lost, or was made from something else. The other is made when
 * it is gone.
 * @param isHeard whether the conductor says that it goes on with the pod's pass
 */
export function replacePod(pod: ObservedPod, wanted: WantedPod, isHeard: boolean, scene: Scene): void {
  const { observed, draft } = scene;
  const removeAt = (ms: number): void => {
    if (ms > draft.nowMs) draft.lookAgainAt(ms);
    else removePod(pod, scene);
  };
  if (pod.templateHash !== wanted.templateHash) {
    removePod(pod, scene);
    return;
  }
  const verdict = verdictOn(pod);
  switch (verdict.kind) {
    case 'goes': {
      const why = whyLost(pod, observed);
      if (why === null) {
        // it is counted as a crash
        if (isHung(pod, scene)) removePod(pod, scene);
        return;
      }
      noteReplaced(pod, why, scene);
      removePod(pod, scene);
      return;
    }
    case 'lost': {
      noteReplaced(pod, verdict.why, scene);
      const { atMs } = pod.end!;
      removeAt(atMs - pod.createdAtMs < SHORT_LIFE_MS ? atMs + SHORT_LIFE_WAIT_MS : atMs);
      return;
    }
    case 'ended':
      if (isHeard) removeAt(pod.end!.atMs + PASS_END_MS);
      return;
    case 'crashed':
    case 'outOfMemory':
      removeAt(pod.end!.atMs + backoffMs(draft.status.attempts.failures));
      return;
    case 'done':
    case 'refused':
      // ends the extraction
      return;
  }
}

/** Why a pod that goes on has to be made again all the same; null when it has not. */
function whyLost({ deleteByMs, nodeName, disruption }: ObservedPod, { nodes }: Observed): string | null {
  if (deleteByMs !== null) return disruption ?? 'deleted';
  if (nodeName !== null && !nodes.has(nodeName)) return `node ${nodeName} is gone`;
  return null;
}

/** Tells it and counts it, once for each pod; not for those that the controller deleted itself. */
function noteReplaced(pod: ObservedPod, why: string, { draft }: Scene): void {
  if (draft.isCounted(pod)) return;
  draft.count(pod);
  draft.status.attempts.replacements += 1;
  draft.tell('Normal', 'PodReplaced', `${nameOfRole(pod.role)} is made again, free of charge: ${why}`);
}
