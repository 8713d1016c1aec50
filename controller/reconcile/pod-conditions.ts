import type { ObservedPod } from './observed.ts';
import { nameOfRole } from './role-name.ts';
import type { Scene } from './scene.ts';

const IMAGE_FAULTS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);
const CONFIG_FAULTS: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
]);
/** A conductor that says nothing for so long is called silent, ms. */
const SILENT_AFTER_MS = 30_000;
/** How often to look whether a conductor that was not heard yet has said something, ms. */
const LISTENS_EVERY_MS = 5000;

/** @param pods made from what is wanted @param missing how many of those wanted are not there */
export function setPodConditions(pods: readonly ObservedPod[], missing: number, scene: Scene): void {
  setAdmitted(pods, missing, scene);
  setRunning(pods, missing, scene);
}

function setAdmitted(pods: readonly ObservedPod[], missing: number, { draft }: Scene): void {
  const without = pods.filter(({ nodeName, phase }) => nodeName === null && phase === 'Pending');
  const refused = without.find(({ unschedulable }) => unschedulable !== null);
  if (refused !== undefined) {
    const text = refused.unschedulable ?? '';
    const reason = text.startsWith('SchedulingGated') ? 'SchedulingGated' : 'Unschedulable';
    const message = `${nameOfRole(refused.role)}: ${text}`;
    if (draft.setCondition('Admitted', 'False', reason, message) && reason === 'Unschedulable')
      draft.tell('Warning', reason, message);
    return;
  }
  if (without.length === 0 && missing === 0) {
    draft.setCondition('Admitted', 'True', 'PodsScheduled', 'Every pod has its node.');
    return;
  }
  // a pod that is made again has no node for a moment
  if (!draft.isTrue('Admitted'))
    draft.setCondition('Admitted', 'False', 'Scheduling', 'Pods wait for their nodes.');
}

function setRunning(pods: readonly ObservedPod[], missing: number, { observed, draft }: Scene): void {
  const report = observed.conductor;
  const conductor = pods.find(({ role }) => role.kind === 'conductor');
  const runs = conductor?.phase === 'Running' && conductor.end === null;
  const isHeard = runs && report !== null && draft.nowMs - report.heardAtMs <= SILENT_AFTER_MS;
  if (isHeard) draft.lookAgainAt(report.heardAtMs + SILENT_AFTER_MS + 1);
  const refused =
    observed.refusal === null || missing === 0 ? null : { reason: 'PodsRefused', message: observed.refusal };
  const fault = refused ?? faultOf(pods);
  if (fault !== null) {
    const before = draft.condition('Running');
    // the words change to and fro with every try
    const message = before?.reason === fault.reason ? before.message : fault.message;
    const isNew = draft.setCondition('Running', isHeard ? 'True' : 'False', fault.reason, message);
    if (isNew && before?.reason !== fault.reason) draft.tell('Warning', fault.reason, message);
    return;
  }
  if (isHeard) {
    const passes = draft.status.passes?.length ?? 1;
    draft.setCondition('Running', 'True', 'PassRunning', `Pass ${report.pass + 1} of ${passes}.`);
    return;
  }
  if (!runs) {
    draft.setCondition('Running', 'False', 'ConductorStarting', 'The conductor is being started.');
    return;
  }
  if (report !== null) {
    const message = `The conductor runs, but has said nothing for more than ${SILENT_AFTER_MS / 1000} s: look at its log and at NATS.`;
    if (draft.setCondition('Running', 'Unknown', 'ConductorSilent', message))
      draft.tell('Warning', 'ConductorSilent', message);
    return;
  }
  draft.lookAgainAt(draft.nowMs + LISTENS_EVERY_MS);
  // not heard since this controller started: what was written before still holds
  if (draft.condition('Running')?.status !== 'True')
    draft.setCondition(
      'Running',
      'False',
      'ConductorStarting',
      'The conductor runs, but has not said anything yet.',
    );
}

/** The first fault, images first. */
function faultOf(pods: readonly ObservedPod[]): { reason: string; message: string } | null {
  for (const [reason, faults] of [
    ['ImagePullFailed', IMAGE_FAULTS],
    ['ConfigError', CONFIG_FAULTS],
  ] as const) {
    const pod = pods.find(
      ({ waiting, end }) => end === null && waiting !== null && faults.has(waiting.reason),
    );
    if (pod?.waiting) {
      const { reason: word, message } = pod.waiting;
      return { reason, message: `${nameOfRole(pod.role)} does not start: ${word}: ${message}` };
    }
  }
  return null;
}
