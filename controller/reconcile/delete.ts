import { JOB_MISSING_MS } from './adopt-plan.ts';
import type { ObservedPod } from './observed.ts';
import { isHeld } from './pod-groups.ts';
import { removePod } from './remove-pod.ts';
import type { Scene } from './scene.ts';
import { timeMs } from './time-text.ts';
import { hasEnded, verdictOn } from './verdict.ts';

export const FINALIZER = 'facefleet.dev/cleanup';

/** Cleaning up may take so long, ms. */
const CLEANS_FOR_MS = 120_000;
/** Pods that are not gone by then are not waited for, ms. */
const WAITS_FOR_PODS_MS = 600_000;

/**
 * Ends all pods of an extraction that is being deleted, has a cleaner remove what it left on the bus and in its output, and lets it go:
 * in any case in the end.
 */
export function remove(scene: Scene): void {
  const { observed, draft } = scene;
  const { metadata } = observed.extraction;
  draft.status.phase = 'Deleting';
  if (metadata.finalizers?.includes(FINALIZER) !== true) return;
  if (draft.condition('Running')?.reason === 'LeftBehind') {
    draft.act({ do: 'removeFinalizer' });
    return;
  }
  const cleaner = observed.pods.find(({ role }) => role.kind === 'cleaner');
  const others = observed.pods.filter((pod) => pod !== cleaner);
  const deletedMs = timeMs(metadata.deletionTimestamp) ?? draft.nowMs;
  if (observed.namespaceEnds || hasNothingToClean(scene)) {
    for (const pod of others) removePod(pod, scene);
    // nothing can be cleaned, or nothing is there to clean: but what runs may still write, and what is held would never go
    const isClear = (observed.namespaceEnds || others.every(hasEnded)) && !others.some(isHeld);
    if (isClear || deletedMs + WAITS_FOR_PODS_MS <= draft.nowMs) letGo(scene);
    else draft.lookAgainAt(deletedMs + WAITS_FOR_PODS_MS);
    return;
  }
  if (others.length > 0) {
    draft.setCondition('Running', 'Unknown', 'Stopping', 'Its pods end.');
    for (const pod of others) removePod(pod, scene);
    if (deletedMs + WAITS_FOR_PODS_MS <= draft.nowMs) letGo(scene, 'its pods do not end');
    else draft.lookAgainAt(deletedMs + WAITS_FOR_PODS_MS);
    return;
  }
  clean(cleaner, deletedMs, scene);
}

/** An extraction that never started made nothing; a conductor that came to its end has cleaned up itself. */
function hasNothingToClean({ draft }: Scene): boolean {
  return draft.status.startTime === undefined || draft.isTrue('Succeeded');
}

function clean(cleaner: ObservedPod | undefined, deletedMs: number, scene: Scene): void {
  const { observed, settings, making, draft } = scene;
  const isSecond = draft.condition('Running')?.reason === 'CleaningUpAgain';
  if (!isSecond)
    draft.setCondition('Running', 'False', 'CleaningUp', 'A cleaner removes what it left behind.');
  const sinceMs = Math.max(deletedMs, draft.sinceMs('Running') ?? 0);
  const untilMs = sinceMs + CLEANS_FOR_MS;
  const verdict = cleaner === undefined ? null : verdictOn(cleaner);
  if (verdict?.kind === 'done') {
    letGo(scene);
    return;
  }
  if (untilMs <= draft.nowMs) {
    letGo(scene, 'it could not be cleaned up in time');
    return;
  }
  draft.lookAgainAt(untilMs);
  if (cleaner === undefined) {
    const missingUntilMs = sinceMs + JOB_MISSING_MS;
    if (observed.job === null && missingUntilMs <= draft.nowMs) letGo(scene, 'its job cannot be found');
    else if (observed.job === null) draft.lookAgainAt(missingUntilMs);
    else
      draft.act({
        do: 'createPod',
        pod: making.cleanerPod(observed.extraction, observed.job, settings).manifest,
      });
    return;
  }
  if (verdict?.kind === 'goes') {
    if (cleaner.deleteByMs !== null) removePod(cleaner, scene);
    return;
  }
  if (!draft.isCounted(cleaner) && verdict?.kind !== 'lost') {
    if (isSecond) {
      letGo(scene, 'its cleaner failed twice');
      return;
    }
    draft.setCondition('Running', 'False', 'CleaningUpAgain', 'The cleaner failed and is made again.');
    draft.tell('Warning', 'CleanerFailed', 'The cleaner failed and is made again.');
  }
  removePod(cleaner, scene);
}

/** @param why something may be left; null when nothing is */
function letGo({ observed, draft }: Scene, why: string | null = null): void {
  draft.act({ do: 'removeFinalizer' });
  if (why === null) return;
  const uid = observed.extraction.metadata.uid;
  const message = `The NATS stream of ${uid} and temporary objects of its output may still be there: ${why}.`;
  draft.setCondition('Running', 'False', 'LeftBehind', message);
  draft.tell('Warning', 'LeftBehind', message);
}
