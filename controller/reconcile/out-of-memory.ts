import type { ExtractionStatus } from '../api/extraction-resource.ts';
import type { Making } from './making.ts';
import type { ObservedPod } from './observed.ts';
import { nameOfRole } from './role-name.ts';
import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { failTooLarge, takeJob } from './take-job.ts';
import { verdictOn } from './verdict.ts';

type Lowered = NonNullable<ExtractionStatus['attempts']>['lowered'];

/**
 * Lowers what a stage has in work when one of its workers ran out of memory: once for each stage and without counting it as a crash.
 * @param workers those that ended were made from `stored`
 * @returns the job to carry out: `stored` itself when nothing is to be lowered
 */
export function afterOutOfMemory(
  stored: StoredJob,
  workers: readonly ObservedPod[],
  scene: Scene,
): StoredJob {
  const { draft, making } = scene;
  let job = stored;
  for (const pod of workers) {
    const { role } = pod;
    const verdict = verdictOn(pod);
    if (role.kind !== 'worker' || verdict.kind !== 'outOfMemory' || draft.isCounted(pod)) continue;
    const { lowered } = draft.status.attempts;
    const { pass, stage } = role;
    const before = lowered.find((one) => one.pass === pass && one.stage === stage);
    if (before !== undefined) {
      // it ended together with the one that they were lowered for
      if (before.at === draft.nowText && job !== stored) draft.count(pod);
      continue;
    }
    const less = making.lowerBatches(job, pass, stage);
    if (less === null) continue;
    job = less;
    const reason = `${nameOfRole(role)} ran out of memory (OOMKilled)`;
    lowered.push({ pass, stage, reason, at: draft.nowText });
    draft.count(pod);
    draft.tell('Warning', 'BatchesLowered', `${reason}: its stage works on less at a time from now on.`);
  }
  const tooLarge = job === stored ? null : takeJob(job, scene);
  if (tooLarge !== null) failTooLarge(tooLarge, scene);
  return job;
}

/** Lowers in a job that was made anew from its plan alone what was lowered in the one that is lost. */
export function lowerAgain(made: StoredJob, lowered: Lowered, making: Making): StoredJob {
  return lowered.reduce((job, { pass, stage }) => {
    const isThere = job.job.passes[pass]?.stages[stage] !== undefined;
    return (isThere ? making.lowerBatches(job, pass, stage) : null) ?? job;
  }, made);
}
