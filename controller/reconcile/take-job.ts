import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { summarisePlan } from './summarise-plan.ts';

/** Makes a job the one that is carried out. With a job of another uid the passes begin anew. */
export function takeJob(stored: StoredJob, { observed: { extraction, job }, making, draft }: Scene): void {
  const { status } = draft;
  const { extraction: uid } = stored.job;
  const isOther =
    job === null ? madeAt(uid) > (status.plan?.revision ?? madeAt(uid)) : job.job.extraction !== uid;
  if (isOther) {
    delete status.pass;
    delete status.passes;
    status.attempts.lowered = [];
  }
  status.plan = summarisePlan(stored);
  draft.act({ do: 'createJob', configMap: making.jobConfigMap(extraction, stored) });
}

/** The revision that a uid was made for. */
function madeAt(uid: string): number {
  return Number(/-r(\d+)$/.exec(uid)?.[1] ?? 1);
}
