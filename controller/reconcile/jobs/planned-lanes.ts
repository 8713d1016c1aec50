import type { WorkerPlan } from '../../../worker/cluster/job.ts';
import { plannedWorker } from '../../../worker/cluster/planned-worker.ts';
import type { Provider } from '../../../worker/engine/session.ts';
import type { Placement, Plan, ReplicaGroup, Stage } from '../../plan/plan.ts';
import { PLAN_OPTIONS } from '../../plan/plan-options.ts';
import type { RoleNeed } from '../../plan/problem.ts';
import type { LanePlace, MemoryLesson } from '../stored-job.ts';
import { threadMemoryMiB } from './lessons.ts';

/** A worker of a plan before it has a lane. */
export interface PlannedLane {
  readonly worker: WorkerPlan;
  readonly place: Omit<LanePlace, 'pass' | 'stage' | 'replica'>;
}

/** What a plan leaves to the request. */
export interface LaneNeeds {
  /** In flow order. */
  readonly roles: readonly Pick<RoleNeed, 'role' | 'memoryMiB'>[];
  /** Host memory of a GPU worker, MiB; absent: the planner's own. */
  readonly workerMemoryMiB?: number | undefined;
  readonly lessons: readonly MemoryLesson[];
}

/** The workers of every stage of every pass, in the plan's order. */
export function plannedLanes({ passes }: Plan, needs: LaneNeeds): readonly (readonly PlannedLane[][])[] {
  return passes.map(({ stages }) => stages.map((stage) => stageLanes(stage, needs)));
}

function stageLanes({ groups }: Stage, needs: LaneNeeds): PlannedLane[] {
  return groups.flatMap((group) =>
    group.placements.flatMap((placement) =>
      Array.from({ length: placement.count }, () => plannedLane(group, placement, needs)),
    ),
  );
}

function plannedLane(
  { device, batches }: ReplicaGroup,
  { node, threads, cores }: Placement,
  { roles, workerMemoryMiB = PLAN_OPTIONS.workerMemoryMiB, lessons }: LaneNeeds,
): PlannedLane {
  const { resource, product } = device;
  const memoryMiB = resource === null ? threads * threadMemoryMiB(roles, lessons) : workerMemoryMiB;
  return {
    worker: plannedWorker({ providers: providersOf(resource), threads }, batches),
    place: { node, resource, product, cores, memoryMiB: Math.ceil(memoryMiB) },
  };
}

/** A GPU worker never falls back to its CPU: it would be slow, in silence, beside a GPU that nobody uses. */
function providersOf(resource: string | null): readonly Provider[] {
  if (resource === null) return ['cpu'];
  return resource.startsWith('amd.com/') ? ['webgpu'] : ['cuda'];
}
