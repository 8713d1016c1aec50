import { diff } from '../plan/diff.ts';
import type { Plan } from '../plan/plan.ts';
import type { ResolvedRequest } from './observed.ts';
import { lowerAgain } from './out-of-memory.ts';
import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { failTooLarge, JOB_TOO_LARGE, takeJob } from './take-job.ts';

/** So long a job that cannot be found may still turn up, ms. */
export const JOB_MISSING_MS = 15_000;

/**
 * The job that carries out what was planned: the one there is while that does the same, otherwise a new one.
 * @returns null while the one that is carried out cannot be found, and may turn up
 */
export function adoptPlan(plan: Plan, request: ResolvedRequest, scene: Scene): StoredJob | null {
  const { observed, draft } = scene;
  const named = draft.status.plan?.job;
  const next = jobFor(plan, request, scene);
  if (named !== undefined && observed.job === null && next.name !== named && waitForJob(scene)) return null;
  if (next === observed.job) {
    draft.setCondition('Planned', 'True', 'Planned', draft.status.plan?.summary ?? 'It has a plan.');
    return next;
  }
  const tooLarge = takeJob(next, scene);
  if (tooLarge !== null) {
    if (observed.job === null) {
      failTooLarge(tooLarge, scene);
      return null;
    }
    const message = `It goes on with the plan it has: ${tooLarge.message}. ${tooLarge.hint}`;
    if (draft.setCondition('Planned', 'True', JOB_TOO_LARGE, message))
      draft.tell('Warning', JOB_TOO_LARGE, message);
    return observed.job;
  }
  const summary = draft.status.plan?.summary ?? 'It has a plan.';
  draft.setCondition('Planned', 'True', 'Planned', summary);
  if (next.name !== named) draft.tell('Normal', named === undefined ? 'Planned' : 'Replanned', summary);
  return next;
}

/**
 * Says that the job is missing.
 * @returns whether it is to be waited for; no longer when it has been missing for a while
 */
export function waitForJob({ draft }: Scene): boolean {
  const { status } = draft;
  const isNew = draft.setCondition(
    'Planned',
    'Unknown',
    'JobMissing',
    `The ConfigMap ${status.plan?.job} is not there.`,
  );
  const untilMs = (draft.sinceMs('Planned') ?? draft.nowMs) + JOB_MISSING_MS;
  draft.lookAgainAt(untilMs);
  if (isNew) draft.tell('Warning', 'JobMissing', `The ConfigMap ${status.plan?.job} is not there.`);
  return untilMs > draft.nowMs;
}

/** `observed.job` itself when another would be the same. */
function jobFor(
  plan: Plan,
  request: ResolvedRequest,
  { observed, settings, making, draft }: Scene,
): StoredJob {
  const { extraction, job, otherJobs } = observed;
  const isOfSpec = job?.generation === extraction.metadata.generation;
  if (job !== null && isOfSpec && isSamePlan(job.plan, plan)) return job;
  if (job !== null) return making.storedJob(extraction, request, plan, job, settings);
  const { plan: said, attempts } = draft.status;
  const previous = newest(otherJobs);
  const made = making.storedJob(extraction, request, plan, previous, settings);
  const next = lowerAgain(made, attempts.lowered, making);
  if (said === undefined || next.name === said.job || next.revision > said.revision) return next;
  // lanes of the one that is lost may be there
  const after = making.storedJob(extraction, request, plan, previous, settings, said.revision);
  return lowerAgain(after, attempts.lowered, making);
}

function isSamePlan(from: Plan, to: Plan): boolean {
  return diff(from, to).every(({ verb }) => verb === 'keep');
}

function newest(jobs: readonly StoredJob[]): StoredJob | null {
  return jobs.reduce<StoredJob | null>(
    (best, one) => (best === null || one.revision > best.revision ? one : best),
    null,
  );
}
