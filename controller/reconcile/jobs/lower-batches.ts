import { plannedWorker } from '../../../worker/cluster/planned-worker.ts';
import type { Plan, ReplicaGroup, Stage } from '../../plan/plan.ts';
import type { MemoryLesson, StoredJob } from '../stored-job.ts';
import { assignLanes } from './assign-lanes.ts';
import { baseOf, contentName } from './content-name.ts';
import { learn } from './lessons.ts';
import type { PlannedLane } from './planned-lanes.ts';

/**
 * The job after a worker of a stage ran out of memory: with half the batches on GPUs, so that fewer frames are in work; with half the
 * threads on CPUs, which leaves each twice the memory. Workers whose number of frames in work changes by that get new lanes. The plan's
 * predicted rates stay what they were.
 * @returns null when nothing can be lowered any more
 */
export function lowerBatches(stored: StoredJob, pass: number, stage: number): StoredJob | null {
  const planned = stored.plan.passes[pass]?.stages[stage];
  const before = stored.job.passes[pass]?.stages[stage];
  if (planned === undefined || before === undefined) return null;
  const places = stored.places.filter((place) => place.pass === pass && place.stage === stage);
  const wanted = places.map(({ pass: _, stage: __, replica, ...place }): PlannedLane => {
    const { providers, threads, batches } = before.workers[replica]!;
    if (place.resource !== null)
      return { worker: plannedWorker({ providers, threads }, halved(batches)), place };
    const fewer = half(threads);
    return {
      worker: plannedWorker({ providers, threads: fewer }, batches),
      // twice as much for each, which of an odd number of threads is less in all
      place: {
        ...place,
        cores: Math.min(place.cores, fewer),
        memoryMiB: Math.ceil((2 * fewer * place.memoryMiB) / threads),
      },
    };
  });
  const isLower = wanted.some(({ worker }, i) => {
    const { threads, batches } = before.workers[places[i]!.replica]!;
    return worker.threads < threads || planned.roles.some((role) => worker.batches[role]! < batches[role]!);
  });
  if (!isLower) return null;
  const next = assignLanes(wanted, before, places);
  const others = stored.places.filter((place) => !places.includes(place));
  const passes = stored.job.passes.map((one, p) => ({
    stages: one.stages.map((each, s) =>
      p === pass && s === stage ? { ...each, workers: next.workers } : each,
    ),
  }));
  const content = {
    revision: stored.revision + 1,
    generation: stored.generation,
    plan: withStage(stored.plan, pass, stage, { ...planned, groups: planned.groups.map(lowered) }),
    job: { ...stored.job, passes },
    places: [...others, ...next.places.map((place) => ({ pass, stage, ...place }))].sort(
      (a, b) => a.pass - b.pass || a.stage - b.stage || a.replica - b.replica,
    ),
    lessons: learn(stored.lessons ?? [], lessonOf(planned, stored.lessons ?? [])),
  };
  return { name: contentName(baseOf(stored), content), ...content };
}

function half(amount: number): number {
  return Math.max(1, Math.floor(amount / 2));
}

function halved(batches: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(batches).map(([role, batch]) => [role, half(batch)]));
}

function lowered(group: ReplicaGroup): ReplicaGroup {
  if (group.device.resource !== null) return { ...group, batches: halved(group.batches) };
  const placements = group.placements.map((placement) => {
    const threads = half(placement.threads);
    return { ...placement, threads, cores: Math.min(placement.cores, threads) };
  });
  return { ...group, placements };
}

function lessonOf({ roles, device, groups }: Stage, lessons: readonly MemoryLesson[]): MemoryLesson {
  if (device === 'cpu') {
    const before = lessons.find((lesson) => lesson.roles.join() === roles.join())?.threadMemoryFactor ?? 1;
    return { roles, batches: {}, threadMemoryFactor: 2 * before };
  }
  const most = (role: string): number => Math.max(...groups.map(({ batches }) => half(batches[role]!)));
  return {
    roles,
    batches: Object.fromEntries(roles.map((role) => [role, most(role)])),
    threadMemoryFactor: 1,
  };
}

function withStage(plan: Plan, pass: number, stage: number, replaced: Stage): Plan {
  const passes = plan.passes.map((one, p) =>
    p === pass ? { ...one, stages: one.stages.map((each, s) => (s === stage ? replaced : each)) } : one,
  );
  return { ...plan, passes };
}
