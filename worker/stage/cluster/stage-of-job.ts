import { ensureModel } from '../../../models/ensure-model.ts';
import type { Job, StagePlan, WorkerPlan } from '../../cluster/job.ts';
import { laneOf, type WorkerPlace } from '../../cluster/lane-of.ts';
import { faceHeader } from '../../conductor/frame-record.ts';
import { rolesOf } from '../../conductor/local-roles.ts';
import { stageOptions } from '../../conductor/stage-options.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { StageRole } from '../plan-stage.ts';
import type { CropNames, StageOptions } from '../run-stage.ts';

/** What a worker of a job does. */
export interface WorkerDuty {
  readonly stage: StagePlan;
  readonly plan: WorkerPlan;
  /** Whether it is of the last stage of the last pass, which makes the crops. */
  readonly isLast: boolean;
}

/** @throws FacefleetError FF5002 when the job has no such worker */
export function dutyOf({ passes }: Job, place: WorkerPlace): WorkerDuty {
  const stages = passes[place.pass]?.stages;
  const stage = stages?.[place.stage];
  const plan = stage?.workers[place.replica];
  if (stages === undefined || stage === undefined || plan === undefined)
    throw new FacefleetError('FF5002', `the job has no worker ${laneOf(place)}`);
  if (plan.retired) throw new FacefleetError('FF5002', `${laneOf(place)} is retired`);
  const isLast = place.pass === passes.length - 1 && place.stage === stages.length - 1;
  return { stage, plan, isLast };
}

/**
 * The roles of a stage with their models, which are fetched where they are missing.
 * @throws FacefleetError FF2001 to FF2005, FF5003; the signal's reason
 */
export async function loadRoles(
  { spec }: Job,
  { stage, plan }: WorkerDuty,
  signal: AbortSignal,
): Promise<StageRole[]> {
  const roles: StageRole[] = [];
  for (const { role, kind, plugin, options, model } of await rolesOf(spec)) {
    if (!stage.roles.includes(role)) continue;
    const modelPath = model === null ? null : (await ensureModel(model, { signal })).path;
    roles.push({ role, kind, plugin, options, batch: plan.batches[role] ?? 1, modelPath });
  }
  return roles;
}

/** What the stage does to every frame. @param keyOf store key of the crop of a frame's face */
export function stageOfJob(
  { spec, decodeTimeoutMs }: Job,
  { plan, isLast }: WorkerDuty,
  roles: readonly StageRole[],
  keyOf: CropNames['keyOf'],
): StageOptions {
  const { faces, ...cropOptions } = spec.output;
  const isVideo = spec.source.kind === 'video';
  const headerOf: CropNames['headerOf'] = (frame, face, key) => faceHeader(frame, face, key, { isVideo });
  return {
    ...stageOptions(spec, roles, decodeTimeoutMs),
    crop: isLast && faces ? { ...cropOptions, keyOf, headerOf } : null,
    framesInWork: plan.framesInWork,
  };
}
