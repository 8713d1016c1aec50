import type { Scene } from './scene.ts';

/** Deletes the jobs that neither the status nor a pod names any more. */
export function collectJobs({ observed, draft }: Scene): void {
  // a job that is missing is made anew from the one before it
  if (observed.job === null) return;
  const named = new Set([draft.status.plan?.job, ...observed.pods.map(({ job }) => job)]);
  for (const { name } of observed.otherJobs) if (!named.has(name)) draft.act({ do: 'deleteJob', name });
}
