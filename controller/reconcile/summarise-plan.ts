import type { ExtractionStatus } from '../api/extraction-resource.ts';
import { duration, rate } from '../plan/explain/format-numbers.ts';
import type { StoredJob } from './stored-job.ts';

type PlanStatus = NonNullable<ExtractionStatus['plan']>;
type StageStatus = PlanStatus['passes'][number]['stages'][number];

/** A job as the status shows it. */
export function summarisePlan({ name, revision, generation, plan, job, places }: StoredJob): PlanStatus {
  const passes = job.passes.map(({ stages }, pass) => ({
    stages: stages.map(({ roles }, stage): StageStatus => {
      const here = places.filter((place) => place.pass === pass && place.stage === stage);
      const workers = here.map(({ replica }) => stages[stage]!.workers[replica]!);
      const smallest = (role: string): number =>
        Math.min(...workers.map(({ batches }) => batches[role] ?? 1));
      return {
        roles: [...roles],
        device: here.some(({ resource }) => resource !== null) ? 'gpu' : 'cpu',
        product: [...new Set(here.map(({ product }) => product))].join(', '),
        replicas: here.length,
        batches: Object.fromEntries(roles.map((role) => [role, workers.length === 0 ? 1 : smallest(role)])),
      };
    }),
  }));
  return {
    revision,
    generation,
    job: name,
    policy: plan.policy,
    summary: summaryLine(passes, plan),
    framesPerSec: plan.framesPerSec,
    durationSeconds: plan.durationSec,
    passes,
  };
}

/** `detect+align on 2 × Tesla-T4 | mask_0 on 1 × Tesla-P4, then mask_1 on 3 × Tesla-T4; 132 frames/s, 2 h 5 min`. */
function summaryLine(passes: PlanStatus['passes'], { framesPerSec, durationSec }: StoredJob['plan']): string {
  const shape = passes
    .map(({ stages }) =>
      stages
        .map(({ roles, replicas, product }) => `${roles.join('+')} on ${replicas} × ${product}`)
        .join(' | '),
    )
    .join(', then ');
  const speed = [
    ...(framesPerSec === null ? [] : [rate(framesPerSec)]),
    ...(durationSec === null ? [] : [duration(durationSec)]),
  ];
  return speed.length === 0 ? shape : `${shape}; ${speed.join(', ')}`;
}
