import { countCrashes } from './count-crashes.ts';
import { fail, isFinished } from './finish.ts';
import { type CurrentPass, followPass } from './follow-pass.ts';
import { forgetFailures } from './forget-failures.ts';
import { afterOutOfMemory } from './out-of-memory.ts';
import { setPodConditions } from './pod-conditions.ts';
import { podsAsWanted, runPods, type WantedPods, wantedPods } from './run-pods.ts';
import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { takeProgress } from './summarise-progress.ts';

/** Brings about what a job wants of pods, and says how it goes on; the extraction may fail of it. */
export function run(stored: StoredJob, scene: Scene): void {
  const { observed, draft } = scene;
  const { status } = draft;
  const current = followPass(stored, scene);
  let wanted = wantedPods(stored, current, scene);
  const job = afterOutOfMemory(stored, podsAsWanted(wanted, observed.pods), scene);
  if (isFinished(status)) return;
  if (job !== stored) wanted = wantedPods(job, current, scene);
  const pods = podsAsWanted(wanted, observed.pods);
  const tooMany = countCrashes(pods, scene);
  if (tooMany !== null) {
    fail({ code: null, reason: 'BackoffLimitExceeded', message: tooMany }, scene);
    return;
  }
  status.startTime ??= draft.nowText;
  runPods(job, current, wanted, scene);
  const count = 1 + wanted.decoders.length + (wanted.workers?.length ?? 0);
  setPodConditions(pods, count - pods.length, scene);
  countWorkers(current, wanted, scene);
  if (takeProgress(job, status.pass ?? 0, scene)) forgetFailures(pods, count, scene);
  status.phase = phaseOf(scene);
}

function countWorkers({ pass }: CurrentPass, { workers }: WantedPods, { observed, draft }: Scene): void {
  for (const one of draft.status.passes ?? []) {
    const ready = observed.pods.filter(
      ({ role, ready: isReady }) => isReady && role.kind === 'worker' && role.pass === one.index,
    );
    one.ready = ready.length;
    if (one.index === pass && workers !== null) one.workers = workers.length;
  }
}

function phaseOf({ draft }: Scene): 'Pending' | 'Waiting' | 'Running' {
  if (draft.status.pass !== undefined) return 'Running';
  return draft.condition('Admitted')?.reason === 'SchedulingGated' ? 'Waiting' : 'Pending';
}
