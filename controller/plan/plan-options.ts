import type { PlanOptions } from './problem.ts';

/** The options of a plan where nothing else is said. */
export const PLAN_OPTIONS: PlanOptions = {
  framesTotal: null,
  maxReplicas: null,
  excludeGpus: [],
  gpuResources: null,
  nodeSelector: {},
  tolerations: [],
  allowOversize: false,
  device: 'auto',
  // the constant buffer that faceswap keeps free
  marginMiB: 256,
  workerCores: 1,
  workerMemoryMiB: 2048,
  maxWorkerCores: null,
  frameWork: null,
  passStartSec: 30,
  feedFramesPerSec: null,
};
