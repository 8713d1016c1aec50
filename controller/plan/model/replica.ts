import type { DeviceMemory } from '../plan.ts';
import type { PlanOptions } from '../problem.ts';
import { secPerFrameAt } from './batch-curve.ts';
import { type FilledBatches, fillBatches } from './fill-batches.ts';
import { modelsNeed } from './models-need.ts';
import type { RatedRole } from './rated-role.ts';

/** One worker of a stage on one device. */
export interface Replica {
  /** By role of the stage, in its order. */
  readonly batches: readonly number[];
  readonly memory: DeviceMemory;
  /** Predicted; see `replicaFramesPerSec`. */
  readonly framesPerSec: number;
  /** What its GPU would make if its cores did not hold it up; infinite when the GPU has nothing to do. */
  readonly gpuFramesPerSec: number;
}

type HostOptions = Pick<PlanOptions, 'workerCores' | 'frameWork'>;
type ReplicaOptions = Pick<PlanOptions, 'marginMiB'> & HostOptions;

/**
 * The fastest worker of these roles on a device with `freeMiB`, or null when models, one item of each batch and the margin do not fit.
 */
export function replicaOn(
  stage: readonly RatedRole[],
  freeMiB: number,
  options: ReplicaOptions,
): Replica | null {
  const ones = stage.map(() => 1);
  const least = deviceMemory(stage, ones, freeMiB, options);
  if (least.usedMiB > freeMiB) return null;
  const growing = stage.flatMap(({ need, curve }, i) =>
    need.device === 'gpu' ? [{ i, curve, ...need }] : [],
  );
  const filled = fillBatches(growing, freeMiB - least.usedMiB);
  const spread = (kind: keyof FilledBatches): number[] => {
    const batches = [...ones];
    growing.forEach(({ i }, at) => {
      batches[i] = filled[kind][at]!;
    });
    return batches;
  };
  const counted = spread('counted');
  let batches = spread('batches');
  let memory = deviceMemory(stage, batches, freeMiB, options);
  // the sums above and here may differ by rounding
  while (memory.usedMiB > freeMiB) {
    batches = batches.map((batch) => Math.max(1, batch - 1));
    memory = deviceMemory(stage, batches, freeMiB, options);
  }
  return {
    batches,
    memory,
    framesPerSec: replicaFramesPerSec(stage, counted, options),
    gpuFramesPerSec: gpuFramesPerSec(stage, counted),
  };
}

/** A worker whose single GPU role is larger than the device: in batches of one, and at its own risk. */
export function oversizeReplica(
  stage: readonly RatedRole[],
  freeMiB: number,
  options: ReplicaOptions,
): Replica {
  const batches = stage.map(() => 1);
  const memory = deviceMemory(stage, batches, freeMiB, options);
  return {
    batches,
    memory,
    framesPerSec: replicaFramesPerSec(stage, batches, options),
    gpuFramesPerSec: gpuFramesPerSec(stage, batches),
  };
}

/** VRAM of these roles in these batches; `usedMiB` may be more than is free. */
export function deviceMemory(
  stage: readonly RatedRole[],
  batches: readonly number[],
  freeMiB: number,
  { marginMiB }: Pick<PlanOptions, 'marginMiB'>,
): DeviceMemory {
  const modelsMiB = modelsNeed(stage.map(({ need }) => need));
  let batchesMiB = 0;
  stage.forEach(({ need }, i) => {
    if (need.device === 'gpu') batchesMiB += need.vramPerBatchMiB * batches[i]!;
  });
  return { modelsMiB, batchesMiB, marginMiB, usedMiB: modelsMiB + batchesMiB + marginMiB, freeMiB };
}

/**
 * Predicted frames/s of a worker: GPU roles take turns on the GPU, CPU roles and the work on frames share `workerCores`, and both sides
 * work at the same time: min(1 / Σ GPU seconds per frame, workerCores / Σ core seconds per frame).
 */
export function replicaFramesPerSec(
  stage: readonly RatedRole[],
  batches: readonly number[],
  options: HostOptions,
): number {
  return Math.min(gpuFramesPerSec(stage, batches), coresFramesPerSec(stage, options));
}

/** Whether a worker would be faster with more cores. */
export function isHeldUp({ framesPerSec, gpuFramesPerSec }: Replica): boolean {
  return gpuFramesPerSec > framesPerSec * (1 + 1e-9);
}

function gpuFramesPerSec(stage: readonly RatedRole[], batches: readonly number[]): number {
  let gpuSec = 0;
  stage.forEach(({ need, curve }, i) => {
    if (need.device === 'gpu') gpuSec += secPerFrameAt(curve, batches[i]!);
  });
  return 1 / gpuSec;
}

function coresFramesPerSec(stage: readonly RatedRole[], { workerCores, frameWork }: HostOptions): number {
  let coreSec = frameWork?.coreSec ?? 0;
  for (const { need, curve } of stage) if (need.device === 'cpu') coreSec += secPerFrameAt(curve, 1);
  // a worker that asks for no core still gets some time on one
  return Math.max(workerCores, LEAST_CORES) / coreSec;
}

const LEAST_CORES = 0.1;
