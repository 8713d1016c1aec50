import { hash } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { type Job, presentWorkers, type StagePlan } from '../../../worker/cluster/job.ts';
import { laneOf, slotsOf, type WorkerPlace } from '../../../worker/cluster/lane-of.ts';
import { canonicalJson, plainData } from '../../../worker/formats/canonical-json.ts';

const HASH_CHARS = 16;

/**
 * Tells pods apart that have to be made anew.
 * @param manifest without the names of the job's ConfigMap, which differ between jobs that mean the same to a pod
 * @param duty what the process does by its job
 */
export function templateHash(manifest: V1Pod, duty: unknown): string {
  return hash('sha256', canonicalJson(plainData([manifest, duty]))).slice(0, HASH_CHARS);
}

/** All of a job that a worker acts by: its own entry, its stage, and the lanes it sends to. */
export function dutyOfWorker(job: Job, { pass, stage, replica }: WorkerPlace): unknown {
  const { passes, earlier: _, decode: __, ...common } = job;
  const { stages } = passes[pass]!;
  const { roles, workers } = stages[stage]!;
  const next = stages[stage + 1];
  const lanes = next === undefined ? [] : lanesOf(next, pass, stage + 1);
  const isLast = pass === passes.length - 1 && next === undefined;
  return { ...common, roles, worker: workers[replica], lanes, isLast };
}

/** All of a job that a decode worker acts by: the lanes of every pass's first stage. */
export function dutyOfDecoder(job: Job): unknown {
  const { passes, earlier: _, decode: __, ...common } = job;
  return { ...common, lanes: passes.map(({ stages }, pass) => lanesOf(stages[0]!, pass, 0)) };
}

/** Those that may be sent to, and how much they take. */
function lanesOf(of: StagePlan, pass: number, stage: number): unknown {
  return presentWorkers(of).map(({ replica, worker }) => [laneOf({ pass, stage, replica }), slotsOf(worker)]);
}
