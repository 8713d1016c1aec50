import type { ObservedPod } from './observed.ts';
import type { Scene } from './scene.ts';

/** A conductor that is well by all that the cluster says, but tells nothing for so long, does nothing either, ms. */
const HUNG_AFTER_MS = 300_000;

/** What is said of one that hangs. */
export const HUNG = `it has said nothing for ${HUNG_AFTER_MS / 60_000} minutes`;

/**
 * Whether a pod is a conductor that hangs: its process answers and is connected to the bus (the pod is ready), this controller hears the bus, and
 * yet nothing was heard of it for long.
 */
export function isHung({ role, readySinceMs, end, deleteByMs }: ObservedPod, scene: Scene): boolean {
  const { observed, draft } = scene;
  const { conductor: report, listensSinceMs } = observed;
  if (role.kind !== 'conductor' || end !== null || deleteByMs !== null) return false;
  if (readySinceMs === null || listensSinceMs === null) return false;
  const hungAtMs = Math.max(report?.heardAtMs ?? 0, listensSinceMs, readySinceMs) + HUNG_AFTER_MS;
  draft.lookAgainAt(hungAtMs);
  return hungAtMs <= draft.nowMs;
}
