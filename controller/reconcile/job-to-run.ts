import { CODES } from '../../worker/errors/codes.ts';
import type { Refusal } from '../plan/plan.ts';
import { adoptPlan, waitForJob } from './adopt-plan.ts';
import { fail } from './finish.ts';
import type { RequestFault } from './observed.ts';
import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';

/** A spec that cannot be resolved for now is resolved again after this time, ms. */
const FAULT_AGAIN_MS = 30_000;

/**
 * The job to be carried out now: of the plan that the last round made, else the one that is carried out already. An extraction that holds
 * a plan keeps it while a round has no better one.
 * @returns null while there is none; then the status says why, and it may be that the extraction has failed
 */
export function jobToRun(scene: Scene): StoredJob | null {
  const { observed, draft } = scene;
  const { request, share, job } = observed;
  const planned = draft.condition('Planned');
  const holdsPlan = draft.status.plan !== undefined && planned !== undefined && planned.status !== 'False';
  if ('code' in request) return holdsPlan ? job : faulty(request, scene);
  const result = share?.result;
  if (result?.outcome === 'planned') return adoptPlan(result, request, scene);
  if (holdsPlan) {
    if (job === null) waitForJob(scene);
    return job;
  }
  draft.status.phase = 'Pending';
  if (result?.outcome === 'error') {
    fail({ code: null, reason: result.code, message: result.sentence }, scene);
    return null;
  }
  if (result?.outcome === 'refused') {
    refuse(result, scene);
    return null;
  }
  // what the last round said still holds as far as is known
  if (planned === undefined || planned.status !== 'False' || planned.reason === 'Suspended')
    say('AwaitingPlan', 'It is planned in the next round.', scene);
  else if (planned.reason === 'CapacityPromised') draft.status.phase = 'Waiting';
  return null;
}

function faulty({ code, message }: RequestFault, scene: Scene): null {
  const { draft } = scene;
  if (CODES[code].retry === 'never') {
    fail({ code, reason: 'InvalidSpec', message }, scene);
    return null;
  }
  draft.status.phase = 'Pending';
  if (say('SpecNotResolved', message, scene)) draft.tell('Warning', 'SpecNotResolved', message);
  draft.lookAgainAt(draft.nowMs + FAULT_AGAIN_MS);
  return null;
}

function refuse({ reasons, shortfalls }: Refusal, scene: Scene): void {
  const { draft } = scene;
  const promised = reasons.find(({ code }) => code === 'CapacityPromised');
  if (promised !== undefined) draft.status.phase = 'Waiting';
  const [worst] = shortfalls;
  const message =
    promised?.sentence ??
    [
      ...(worst === undefined
        ? []
        : [`${worst.role} needs ${worst.needMiB} MiB, the best device has ${worst.bestFreeMiB} MiB free.`]),
      ...reasons.map(({ sentence }) => sentence),
    ].join(' ');
  const reason = promised === undefined ? 'DoesNotFit' : 'CapacityPromised';
  if (say(reason, message, scene)) draft.tell(promised === undefined ? 'Warning' : 'Normal', reason, message);
}

/** @returns whether that is news */
function say(reason: string, message: string, { draft }: Scene): boolean {
  draft.setCondition('Admitted', 'False', 'NotPlanned', 'It has no plan.');
  draft.setCondition('Running', 'False', 'NotPlanned', 'It has no plan.');
  return draft.setCondition('Planned', 'False', reason, message);
}
