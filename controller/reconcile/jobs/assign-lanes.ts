import type { StagePlan, WorkerPlan } from '../../../worker/cluster/job.ts';
import { slotsOf } from '../../../worker/cluster/lane-of.ts';
import type { LanePlace } from '../stored-job.ts';
import type { PlannedLane } from './planned-lanes.ts';

/** The workers of one stage with their numbers. */
export interface AssignedStage {
  readonly workers: WorkerPlan[];
  /** Of those that are not retired, by replica. */
  readonly places: readonly Omit<LanePlace, 'pass' | 'stage'>[];
}

type Place = PlannedLane['place'];

/**
 * Gives the workers of a stage their numbers. One that is there already on the same kind of device of the same node keeps its number and
 * so its lane: first those that are alike in everything, then those that change. A lane keeps its slots for ever, so that a worker with
 * another number of frames in work is another one. Workers that are not wanted any more are retired, in place; new ones come after all
 * that ever were.
 * @param before the stage as it is carried out; null: there is none
 * @param places of the workers of `before` that are not retired
 */
export function assignLanes(
  wanted: readonly PlannedLane[],
  before: StagePlan | null,
  places: readonly LanePlace[],
): AssignedStage {
  const old = before?.workers ?? [];
  const kept = new Map<number, PlannedLane>();
  let rest = wanted;
  for (const keyOf of [wholeKey, laneKey]) {
    const free = new Map<string, number[]>();
    for (const place of places) {
      if (kept.has(place.replica)) continue;
      const key = keyOf(old[place.replica]!, place);
      free.set(key, [...(free.get(key) ?? []), place.replica]);
    }
    rest = rest.filter((lane) => {
      const replica = free.get(keyOf(lane.worker, lane.place))?.shift();
      if (replica !== undefined) kept.set(replica, lane);
      return replica === undefined;
    });
  }
  const added = rest.map((lane, i) => [old.length + i, lane] as const);
  const present = [...kept, ...added].sort(([a], [b]) => a - b);
  const workers: WorkerPlan[] = old.map((worker) => ({ ...worker, retired: true }));
  for (const [replica, { worker }] of present) workers[replica] = worker;
  return { workers, places: present.map(([replica, { place }]) => ({ replica, ...place })) };
}

/** What tells one lane of a stage from another. */
function laneKey(worker: WorkerPlan, { node, resource, product }: Place): string {
  return [node, resource ?? '', product, slotsOf(worker)].join(' ');
}

function wholeKey(worker: WorkerPlan, place: Place): string {
  const { threads, batches, providers } = worker;
  const sizes = Object.keys(batches)
    .sort()
    .map((role) => `${role}=${batches[role]}`);
  return [laneKey(worker, place), threads, providers, sizes, place.cores, place.memoryMiB].join(' ');
}
