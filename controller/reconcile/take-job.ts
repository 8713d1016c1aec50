import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { fail } from './finish.ts';
import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { summarisePlan } from './summarise-plan.ts';

/** Reason of a condition. */
export const JOB_TOO_LARGE = 'JobTooLarge';

/**
 * Makes a job the one that is carried out. With a job of another uid the passes begin anew.
 * @returns why it cannot be, for it is too large to be stored; then nothing is changed
 */
export function takeJob(stored: StoredJob, scene: Scene): FacefleetError | null {
  const { observed, making, draft } = scene;
  const { extraction, job } = observed;
  const { status } = draft;
  const configMap = storable(() => making.jobConfigMap(extraction, stored));
  if (configMap instanceof FacefleetError) return configMap;
  const { extraction: uid } = stored.job;
  const isOther =
    job === null ? madeAt(uid) > (status.plan?.revision ?? madeAt(uid)) : job.job.extraction !== uid;
  if (isOther) {
    delete status.pass;
    delete status.passes;
    status.attempts.lowered = [];
  }
  status.plan = summarisePlan(stored);
  draft.act({ do: 'createJob', configMap });
  return null;
}

/** Ends an extraction whose job is too large. */
export function failTooLarge({ code, message, hint }: FacefleetError, scene: Scene): void {
  fail({ code, reason: JOB_TOO_LARGE, message: `${message}. ${hint}` }, scene);
}

function storable<T>(make: () => T): T | FacefleetError {
  try {
    return make();
  } catch (error) {
    if (error instanceof FacefleetError && error.code === 'FF5006') return error;
    throw error;
  }
}

/** The revision that a uid was made for. */
function madeAt(uid: string): number {
  return Number(/-r(\d+)$/.exec(uid)?.[1] ?? 1);
}
