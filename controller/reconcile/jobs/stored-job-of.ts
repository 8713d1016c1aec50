import { CRASHES, type Job, makeJob } from '../../../worker/cluster/job.ts';
import { FAILURE_LIMITS } from '../../../worker/conductor/plugin-failures.ts';
import { canonicalJson, plainData } from '../../../worker/formats/canonical-json.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { KEEP_EXISTING } from '../../api/keep-existing.ts';
import type { Plan } from '../../plan/plan.ts';
import { childBase } from '../child-name.ts';
import type { ResolvedRequest } from '../observed.ts';
import type { ControllerSettings } from '../settings.ts';
import type { LanePlace, StoredJob } from '../stored-job.ts';
import { assignLanes } from './assign-lanes.ts';
import { contentName } from './content-name.ts';
import { decodeWorkers } from './decode-workers.ts';
import { planAfter } from './lessons.ts';
import { type PlannedLane, plannedLanes } from './planned-lanes.ts';

const TRANSPORT = { Auto: 'auto', Reference: 'reference' } as const;
/** Each costs a look at the bus. */
const MOST_LOST = 100;
/** As the job's format allows. */
const MAX_WORKERS = 10_000;

/**
 * What an extraction carries out for a plan. Where the plan has the passes and stages of `previous`, it goes on with the lanes of that: workers that
 * stay keep their numbers, those that go are retired, those that come get new ones. Otherwise it gets lanes of its own under another uid; what is recorded is gone on with.
 * What was lowered because a worker ran out of memory stays so.
 * @param lost the latest revision that was carried out but cannot be found: lanes of any up to it may still be there, with other contents
 * @returns `previous` itself when the workers would do nothing else
 */
export function storedJob(
  extraction: ExtractionResource,
  request: ResolvedRequest,
  wanted: Plan,
  previous: StoredJob | null,
  settings: ControllerSettings,
  lost = 0,
): StoredJob {
  const lessons = previous?.lessons ?? [];
  const plan = planAfter(wanted, lessons);
  const { workerMemoryMiB } = extraction.spec.planning;
  const lanes = plannedLanes(plan, { roles: request.roles, workerMemoryMiB, lessons });
  const revision = Math.max(previous?.revision ?? 0, lost) + 1;
  const parts = jobParts(extraction, request, settings);
  const kept = previous === null || lost > 0 ? null : withLanesOf(previous, plan, lanes, parts);
  const { passes, places } = kept ?? assigned(plan, lanes, null);
  const decode = kept === null ? parts.decode : decodeAfter(previous!.job, parts);
  const uids = kept === null ? uidsOf(extraction, previous, revision, lost) : ofOldUid(previous!.job);
  const job = makeJob({ ...parts, ...(decode && { decode }), ...uids, passes });
  if (previous !== null && isEqual([previous.job, previous.places], [job, places])) return previous;
  const { generation, name } = extraction.metadata;
  const stored = { revision, generation, plan, job, places, ...(lessons.length > 0 && { lessons }) };
  return { name: contentName(childBase(name), stored), ...stored };
}

type Uids = Pick<Job, 'extraction' | 'earlier'>;
type Parts = Omit<Job, 'format' | 'passes' | keyof Uids>;

interface Assigned {
  readonly passes: Job['passes'];
  readonly places: readonly LanePlace[];
}

/** All of a job but its uid and its workers. */
function jobParts(
  extraction: ExtractionResource,
  request: ResolvedRequest,
  { bus, graceMs }: ControllerSettings,
): Parts {
  const { source, output, limits, transport } = extraction.spec;
  const { spec: extractSpec, models } = request;
  const replicas = decodeWorkers(extraction, request);
  return {
    spec: extractSpec,
    source: {
      address: source.address,
      ...(source.s3 && { s3: source.s3 }),
      recursive: source.recursive,
      followLinks: false,
      everyN: source.everyN,
      // buckets are seen by all pods, and so are the volumes of the pod template
      shared: true,
    },
    output: { address: output.address, ...(output.s3 && { s3: output.s3 }) },
    overwrite: output.existing === 'Overwrite',
    keepExisting: KEEP_EXISTING[output.existing],
    decodeTimeoutMs: Math.round(limits.decodeTimeoutSeconds * 1000),
    ...(replicas > 0 && { decode: { replicas } }),
    models: { ...models },
    bus: { servers: [...bus.servers], replicas: bus.replicas, ackWaitMs: bus.ackWaitMs },
    transport: TRANSPORT[transport],
    budgets: { tries: limits.tries, crashes: CRASHES },
    failureLimits: {
      inARow: limits.maxFailedInARow,
      share: limits.maxFailedPercent / 100,
      shareAfter: FAILURE_LIMITS.shareAfter,
    },
    graceMs,
  };
}

/** The uid of a job with lanes of its own, and those of the jobs before it. */
function uidsOf(
  { metadata: { uid } }: ExtractionResource,
  previous: StoredJob | null,
  revision: number,
  lost: number,
): Uids {
  if (previous === null && lost === 0) return { extraction: uid };
  const known = previous === null ? [] : [...(previous.job.earlier ?? []), previous.job.extraction];
  const maybe = Array.from({ length: lost }, (_, i) => uidOf(uid, i + 1)).slice(-MOST_LOST);
  return { extraction: uidOf(uid, revision), earlier: [...new Set([...known, ...maybe])] };
}

function uidOf(uid: string, revision: number): string {
  return revision === 1 ? uid : `${uid}-r${revision}`;
}

function ofOldUid({ extraction, earlier }: Job): Uids {
  return { extraction, ...(earlier && { earlier }) };
}

/** The decode workers as they are wanted now; lanes of those that were there before and are not any more are retired. */
function decodeAfter({ decode: before }: Job, { decode }: Parts): Job['decode'] {
  if (before === undefined || decode === undefined) return decode;
  const retired = before.replicas + (before.retired ?? 0) - decode.replicas;
  return { ...decode, ...(retired > 0 && { retired }) };
}

/**
 * The plan's workers on the lanes that are there; null when its passes, its stages or its frames are others, frames are made by somebody else, or the
 * lanes are too many.
 */
function withLanesOf(
  previous: StoredJob,
  plan: Plan,
  lanes: readonly (readonly PlannedLane[][])[],
  parts: Parts,
): Assigned | null {
  const { job } = previous;
  const shape = (passes: readonly { readonly stages: readonly { readonly roles: readonly string[] }[] }[]) =>
    passes.map(({ stages }) => stages.map(({ roles }) => roles));
  if (!isEqual(shape(job.passes), shape(plan.passes))) return null;
  if (!isEqual([job.spec, job.source, job.output], [parts.spec, parts.source, parts.output])) return null;
  if ((job.decode === undefined) !== (parts.decode === undefined)) return null;
  const next = assigned(plan, lanes, previous);
  const fits = next.passes.every(({ stages }) =>
    stages.every(({ workers }) => workers.length <= MAX_WORKERS),
  );
  return fits ? next : null;
}

function assigned(
  plan: Plan,
  lanes: readonly (readonly PlannedLane[][])[],
  previous: StoredJob | null,
): Assigned {
  const places: LanePlace[] = [];
  const passes = plan.passes.map(({ stages }, pass) => ({
    stages: stages.map(({ roles }, stage) => {
      const before = previous?.job.passes[pass]?.stages[stage] ?? null;
      const old = previous?.places.filter((place) => place.pass === pass && place.stage === stage) ?? [];
      const next = assignLanes(lanes[pass]![stage]!, before, old);
      for (const place of next.places) places.push({ pass, stage, ...place });
      return { roles: [...roles], workers: next.workers };
    }),
  }));
  return { passes, places };
}

function isEqual(a: unknown, b: unknown): boolean {
  return canonicalJson(plainData(a)) === canonicalJson(plainData(b));
}
