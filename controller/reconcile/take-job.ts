import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { summarisePlan } from './summarise-plan.ts';

/** Makes a job the one that is carried out. With a job of another uid the passes begin anew. */
export function takeJob(stored: StoredJob, { observed: { extraction, job }, making, draft }: Scene): void {
  const { status } = draft;
  if (job !== null && job.job.extraction !== stored.job.extraction) {
    delete status.pass;
    delete status.passes;
    status.attempts.lowered = [];
  }
  status.plan = summarisePlan(stored);
  draft.act({ do: 'createJob', configMap: making.jobConfigMap(extraction, stored) });
}
