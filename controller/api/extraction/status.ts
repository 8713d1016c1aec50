import { z } from 'zod';

const time = () => z.iso.datetime({ offset: true }).meta({ format: 'date-time', pattern: undefined });
const count = () => z.int().min(0);

/** A condition as all of Kubernetes writes them (metav1.Condition). */
export const condition = z.strictObject({
  type: z
    .enum(['Planned', 'Admitted', 'Running', 'Succeeded', 'Failed', 'Suspended'])
    .describe('What it tells about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: count().describe('Generation of the spec that it was found for.'),
  lastTransitionTime: time().describe('When `status` changed last.'),
  reason: z
    .string()
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('Why, for machines: stable and in PascalCase.'),
  message: z.string().max(32_768).describe('Why, for people.'),
});

const list = { 'x-kubernetes-list-type': 'atomic' };

const plannedStage = z.strictObject({
  roles: z.array(z.string()).meta(list).describe('In flow order: `detect`, `align`, `mask_0`, ….'),
  device: z.enum(['gpu', 'cpu']).describe('What its workers run on.'),
  product: z.string().describe('Of the GPUs or CPUs; several are set apart by commas.'),
  replicas: count().describe('Workers.'),
  batches: z.record(z.string(), count()).describe('Items in one run, by role.'),
});

const plan = z.strictObject({
  revision: count().describe('1 for the first plan, one more for every later one.'),
  generation: count().describe('Generation of the spec that it was made for.'),
  job: z.string().describe('ConfigMap that holds it.'),
  policy: z.enum(['fleet', 'compat']).describe('Policy that made it.'),
  summary: z.string().describe('The plan in one line.'),
  framesPerSec: z.number().nullable().describe('Predicted; null when not known.'),
  durationSeconds: z.number().nullable().describe('Predicted; null when not known.'),
  passes: z
    .array(z.strictObject({ stages: z.array(plannedStage).meta(list).describe('One after the other.') }))
    .meta(list)
    .describe('Passes over all frames.'),
});

const pass = z.strictObject({
  index: count().describe('From 0.'),
  state: z.enum(['Waiting', 'Running', 'Done']).describe('How far it is.'),
  workers: count().describe('Workers that it has or will have.'),
  ready: count().describe('Workers that are ready.'),
  frames: count().describe('Frames that are done with it.'),
  startedAt: time().exactOptional().describe('When it started.'),
  finishedAt: time().exactOptional().describe('When it ended.'),
});

const progress = z.strictObject({
  total: count().nullable().describe('Frames of the source; null until it has been listed.'),
  frames: count().describe('Frames that are done, failed ones included.'),
  carried: count().describe('Of these, frames that were done before this conductor started.'),
  faces: count().describe('Faces found.'),
  failed: count().describe('Frames that failed.'),
  framesPerSecond: z.number().nullable().describe('Over the last half minute or so; null when not known.'),
  etaSeconds: z
    .number()
    .nullable()
    .describe('Seconds that the extraction will still take; null when not known.'),
  at: time().exactOptional().describe('When it was so; written anew every five seconds at most.'),
  shown: z
    .strictObject({
      pass: z.string().describe('Pass of passes, such as `1/2`.'),
      frames: z.string().describe('Frames of frames, such as `1200/5000`.'),
      rate: z.string().describe('Such as `123.4/s`; `?` when not known.'),
      eta: z.string().describe('Such as `1h5m`; `?` when not known.'),
    })
    .exactOptional()
    .describe('As `kubectl get` shows it.'),
});

const attempts = z.strictObject({
  failures: count().describe(
    'Crashes, which count to `backoffLimit`. Those within the waiting time after one count as one.',
  ),
  lastFailureAt: time().exactOptional().describe('When the last of them was.'),
  replacements: count().describe('Pods made anew because the cluster took theirs away.'),
  countedPods: z
    .array(z.string())
    .meta(list)
    .describe('uids of pods that are accounted for (counted, or deleted by the controller) and still there.'),
  lowered: z
    .array(
      z.strictObject({
        pass: count().describe('From 0.'),
        stage: count().describe('From 0.'),
        reason: z.string().describe('Why.'),
        at: time().describe('When.'),
      }),
    )
    .meta(list)
    .describe('Stages whose batches were lowered because a worker ran out of memory.'),
});

/** What has become of an extraction, as the controller last wrote it. */
export const extractionStatus = z.strictObject({
  phase: z
    .enum(['Pending', 'Waiting', 'Running', 'Suspended', 'Succeeded', 'Failed', 'Deleting'])
    .exactOptional()
    .describe(
      'In one word. `Pending`: not planned yet, or nothing fits. `Waiting`: it fits, but the devices are promised to others.',
    ),
  observedGeneration: count()
    .exactOptional()
    .describe('Generation of the spec that the controller has seen.'),
  conditions: z
    .array(condition)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .exactOptional()
    .describe('In detail.'),
  plan: plan.exactOptional().describe('How it runs.'),
  pass: count().exactOptional().describe('Pass that goes on, from 0.'),
  passes: z.array(pass).meta(list).exactOptional().describe('How far each pass is.'),
  progress: progress.exactOptional().describe('How far the extraction is.'),
  attempts: attempts.exactOptional().describe('What went wrong on the way.'),
  startTime: time().exactOptional().describe('When its first pods were made.'),
  completionTime: time().exactOptional().describe('When it succeeded or failed.'),
  activeSeconds: z
    .number()
    .min(0)
    .exactOptional()
    .describe('Time in which it was not suspended, from its start until it was last suspended or ended.'),
  failure: z
    .strictObject({
      code: z.string().nullable().describe('Code of the error, such as `FF1102`; null when it has none.'),
      reason: z.string().describe('Why, for machines.'),
      message: z.string().describe('Why, for people.'),
    })
    .exactOptional()
    .describe('Why it failed.'),
});
