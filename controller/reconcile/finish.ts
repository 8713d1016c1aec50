import type { ExtractionStatus } from '../api/extraction-resource.ts';
import { activeMs } from './active-time.ts';
import type { PodEnd } from './observed.ts';
import { keepsQuota } from './pod-groups.ts';
import { removePod } from './remove-pod.ts';
import type { Scene } from './scene.ts';
import { showProgress } from './show-progress.ts';
import { readTerminationMessage } from './termination-message.ts';
import { timeMs } from './time-text.ts';

/** Workers of an extraction that succeeded end by themselves within this time, ms. */
const ENDS_ITSELF_MS = 15_000;

/** @param end of the conductor, whose last words are the final numbers */
export function succeed(end: PodEnd, scene: Scene): void {
  const { draft } = scene;
  const { status } = draft;
  const said = readTerminationMessage(end.message);
  if (said?.event === 'complete') {
    const { total, frames, carried, faces, failed } = said;
    const numbers = { total: total ?? frames, frames, carried, faces, failed };
    const final = { ...numbers, framesPerSecond: null, etaSeconds: null };
    const passes = Math.max(1, status.passes?.length ?? 1);
    status.progress = { ...final, at: draft.nowText, shown: showProgress(final, passes - 1, passes) };
  }
  for (const pass of status.passes ?? []) {
    if (pass.state !== 'Done') {
      pass.startedAt ??= draft.nowText;
      pass.finishedAt = draft.nowText;
    }
    pass.state = 'Done';
    pass.ready = 0;
  }
  const failed = status.progress?.failed ?? 0;
  const frames = status.progress?.frames ?? 0;
  const message =
    failed === 0 ? `${frames} frames.` : `${frames} frames, of which ${failed} failed: see failures.jsonl.`;
  complete('Succeeded', scene);
  draft.setCondition('Succeeded', 'True', failed === 0 ? 'AllFramesDone' : 'SomeFramesFailed', message);
  draft.setCondition('Failed', 'False', 'Succeeded', 'It has succeeded.');
  draft.tell('Normal', 'Succeeded', message);
}

export function fail(failure: NonNullable<ExtractionStatus['failure']>, scene: Scene): void {
  const { draft } = scene;
  complete('Failed', scene);
  draft.status.failure = failure;
  draft.setCondition('Failed', 'True', failure.reason, failure.message);
  draft.setCondition('Succeeded', 'False', 'Failed', 'It has failed.');
  draft.tell('Warning', 'Failed', `${failure.reason}: ${failure.message}`);
}

export function isFinished({ phase, conditions = [] }: ExtractionStatus): boolean {
  const isTrue = (name: string): boolean =>
    conditions.some(({ type, status }) => type === name && status === 'True');
  return phase === 'Succeeded' || phase === 'Failed' || isTrue('Succeeded') || isTrue('Failed');
}

/** An extraction that has come to its end keeps the pods that have ended, for their logs, unless they keep a quota; those that have not are told to. */
export function endPods(scene: Scene): void {
  const { observed, draft } = scene;
  const { completionTime, phase } = draft.status;
  const endsItselfUntilMs =
    phase === 'Succeeded' ? (timeMs(completionTime) ?? draft.nowMs) + ENDS_ITSELF_MS : draft.nowMs;
  for (const pod of observed.pods) {
    if (pod.phase === 'Succeeded' || pod.phase === 'Failed') {
      if (keepsQuota(pod, observed.pods)) removePod(pod, scene);
      continue;
    }
    if (endsItselfUntilMs > draft.nowMs && pod.deleteByMs === null) draft.lookAgainAt(endsItselfUntilMs);
    else removePod(pod, scene);
  }
}

function complete(phase: 'Succeeded' | 'Failed', { draft }: Scene): void {
  const { status } = draft;
  status.activeSeconds = Math.floor(activeMs(draft) / 1000);
  status.completionTime = draft.nowText;
  status.phase = phase;
  draft.setCondition('Admitted', 'False', 'Finished', 'It has ended.');
  draft.setCondition('Running', 'False', 'Finished', 'It has ended.');
}
