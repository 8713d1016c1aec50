import type { ObservedPod } from './observed.ts';
import type { Scene } from './scene.ts';

/** A pod that is ready and this old has got over what ended the one before, ms. */
const GOT_OVER_AFTER_MS = 60_000;

/** Forgets the crashes when frames were finished and all pods are well: what ends a worker once in a thousand frames is no reason to give up. */
export function forgetFailures(pods: readonly ObservedPod[], wanted: number, { draft }: Scene): void {
  const { attempts } = draft.status;
  const areWell = pods.every(
    ({ ready, end, createdAtMs }) => ready && end === null && draft.nowMs - createdAtMs >= GOT_OVER_AFTER_MS,
  );
  if (attempts.failures === 0 || pods.length < wanted || !areWell) return;
  attempts.failures = 0;
  delete attempts.lastFailureAt;
}
