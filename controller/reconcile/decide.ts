import { collectJobs } from './collect-jobs.ts';
import { isPastDeadline } from './deadline.ts';
import type { Decision } from './decision.ts';
import { FINALIZER, remove } from './delete.ts';
import { Draft } from './draft.ts';
import { endWithPods } from './end-with-pods.ts';
import { endPods, fail, isFinished } from './finish.ts';
import { jobToRun } from './job-to-run.ts';
import { MAKING, type Making } from './making.ts';
import type { Observed } from './observed.ts';
import { releasePods } from './pod-groups.ts';
import { removePod } from './remove-pod.ts';
import { run } from './run.ts';
import type { Scene } from './scene.ts';
import type { ControllerSettings } from './settings.ts';
import { resume, suspend } from './suspend.ts';
import { expire } from './time-to-live.ts';

/** Cluster and decision are compared again so long after something was done, though nothing is heard of it, ms. */
const AFTER_ACTIONS_MS = 10_000;

/**
 * What is to become of an extraction: a pure function of what is seen and of the time. It looks at the state alone, never at what
 * happened; what is not known is left as it is and looked at again. docs/controller.md has the table of states.
 */
export function decide(
  observed: Observed,
  nowMs: number,
  settings: ControllerSettings,
  making: Making = MAKING,
): Decision {
  const draft = new Draft(observed.extraction, observed.pods, nowMs);
  const scene = { observed, settings, making, draft };
  decideOn(scene);
  releasePods(scene);
  const decision = draft.decision();
  const { actions, requeueAfterMs } = decision;
  if (actions.length === 0) return decision;
  return { ...decision, requeueAfterMs: Math.min(AFTER_ACTIONS_MS, requeueAfterMs ?? AFTER_ACTIONS_MS) };
}

function decideOn(scene: Scene): void {
  const { observed, draft } = scene;
  const { metadata } = observed.extraction;
  if (metadata.deletionTimestamp !== undefined) {
    remove(scene);
    return;
  }
  if (!isFinished(draft.status)) {
    // nothing can be made any more, and what is there is taken away by the cluster
    if (observed.namespaceEnds) return;
    if (metadata.finalizers?.includes(FINALIZER) !== true) {
      draft.act({ do: 'addFinalizer' });
      return;
    }
    goOn(scene);
  }
  if (!isFinished(draft.status)) return;
  endPods(scene);
  collectJobs(scene);
  expire(scene);
}

function goOn(scene: Scene): void {
  const { observed, draft } = scene;
  const { spec } = observed.extraction;
  draft.setCondition('Succeeded', 'False', 'NotFinished', 'It has not ended.');
  draft.setCondition('Failed', 'False', 'NotFinished', 'It has not ended.');
  if (endWithPods(scene)) return;
  if (spec.suspend) {
    suspend(scene);
    return;
  }
  resume(scene);
  if (isPastDeadline(scene)) {
    const message = `It was active for longer than the ${spec.activeDeadlineSeconds} s of spec.activeDeadlineSeconds.`;
    fail({ code: null, reason: 'DeadlineExceeded', message }, scene);
    return;
  }
  const job = jobToRun(scene);
  if (job !== null) {
    run(job, scene);
    collectJobs(scene);
    return;
  }
  // pods of an extraction without a place are on their way out; those of one whose job is missing are left alone
  if (draft.condition('Planned')?.status === 'False') for (const pod of observed.pods) removePod(pod, scene);
}
