import type { ObservedPod } from './observed.ts';
import type { Scene } from './scene.ts';

/**
 * Takes Kueue's hold off the pods that are being deleted. Kueue keeps a pod of a group until another one has taken its place; but here the place is a
 * name, which is free only when the pod is gone.
 */
export function releasePods({ observed, draft }: Scene): void {
  for (const pod of observed.pods) if (isHeld(pod) && pod.deleteByMs !== null) draft.releasePod(pod);
}

/** Whether Kueue would keep it though it were deleted. */
export function isHeld({ group }: ObservedPod): boolean {
  return group?.isHeld === true;
}

/**
 * Whether a pod that has ended is of a group that does not come to its end by itself: not all of it succeeded, or will. To Kueue such a group goes on, and keeps
 * its quota from others, as long as a pod of it is there.
 * @param all pods of the extraction
 */
export function keepsQuota({ group }: ObservedPod, all: readonly ObservedPod[]): boolean {
  if (group === null) return false;
  const members = all.filter((pod) => pod.group?.name === group.name);
  return (
    members.length < group.total ||
    members.some(({ phase, deleteByMs }) => phase === 'Failed' || deleteByMs !== null)
  );
}
