import type { V1ContainerStatus, V1ObjectMeta, V1Pod, V1PodCondition } from '@kubernetes/client-node';
import { ANNOTATIONS, KUEUE, LABELS } from './labels.ts';
import type { ObservedPod, PodEnd, PodGroup, PodRole } from './observed.ts';
import { CONTAINER } from './pods/pod-manifest.ts';

const PHASES: ReadonlySet<string> = new Set(['Pending', 'Running', 'Succeeded', 'Failed']);
/** A container that is about to start is none that does not. */
const STARTS: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);
/** Reasons of a whole pod that tell that the cluster took it away; kubelets before 1.26 set no `DisruptionTarget`. */
const DISRUPTIONS: ReadonlySet<string> = new Set([
  'Evicted',
  'NodeLost',
  'NodeShutdown',
  'Preempted',
  'Preempting',
  'Shutdown',
  'Terminated',
]);

/** A pod as decisions see it; null when it is none that the controller made for an extraction. */
export function observePod(pod: V1Pod): ObservedPod | null {
  const { metadata = {}, spec, status } = pod;
  const role = roleOf(metadata.labels ?? {});
  if (role === null || metadata.name === undefined || metadata.uid === undefined) return null;
  const conditions = new Map((status?.conditions ?? []).map((one) => [one.type, one]));
  const container = ownContainer(status?.containerStatuses ?? []);
  const phase = (PHASES.has(status?.phase ?? '') ? status?.phase : 'Unknown') as ObservedPod['phase'];
  const nodeName = spec?.nodeName || null;
  const isReady = conditions.get('Ready');
  const ready = isReady?.status === 'True';
  return {
    name: metadata.name,
    uid: metadata.uid,
    role,
    templateHash: metadata.annotations?.[ANNOTATIONS.templateHash] ?? '',
    job: metadata.annotations?.[ANNOTATIONS.job] ?? null,
    nodeName,
    phase,
    ready,
    readySinceMs: ready ? (msOf(isReady.lastTransitionTime) ?? msOf(metadata.creationTimestamp)) : null,
    createdAtMs: msOf(metadata.creationTimestamp) ?? 0,
    deleteByMs: msOf(metadata.deletionTimestamp),
    end: endOf(pod, phase, container, conditions),
    disruption: disruptionOf(pod, conditions.get('DisruptionTarget')),
    waiting: waitingOf(pod),
    unschedulable: nodeName === null ? unschedulableOf(conditions.get('PodScheduled')) : null,
    group: groupOf(metadata),
  };
}

function roleOf(labels: Record<string, string>): PodRole | null {
  if (labels[LABELS.app] !== 'facefleet' || labels[LABELS.uid] === undefined) return null;
  const kind = labels[LABELS.component];
  if (kind === 'conductor' || kind === 'cleaner') return { kind };
  const [pass, stage, replica] = [LABELS.pass, LABELS.stage, LABELS.replica].map((label) =>
    /^\d{1,5}$/.test(labels[label] ?? '') ? Number(labels[label]) : null,
  );
  if (kind === 'decoder' && replica != null) return { kind, replica };
  if (kind !== 'worker' || pass == null || stage == null || replica == null) return null;
  return { kind, pass, stage, replica };
}

function groupOf({ labels, annotations, finalizers }: V1ObjectMeta): PodGroup | null {
  const name = labels?.[KUEUE.group];
  if (!name) return null;
  const total = Number(annotations?.[KUEUE.total]) || 0;
  return { name, total, isHeld: finalizers?.includes(KUEUE.finalizer) === true };
}

/** Others may have put sidecars beside it. */
function ownContainer(all: readonly V1ContainerStatus[]): V1ContainerStatus | undefined {
  return all.find(({ name }) => name === CONTAINER);
}

function endOf(
  { metadata, status }: V1Pod,
  phase: ObservedPod['phase'],
  container: V1ContainerStatus | undefined,
  conditions: ReadonlyMap<string, V1PodCondition>,
): PodEnd | null {
  const terminated = container?.state?.terminated;
  const atMs =
    msOf(terminated?.finishedAt) ??
    msOf(conditions.get('DisruptionTarget')?.lastTransitionTime) ??
    msOf(conditions.get('Ready')?.lastTransitionTime) ??
    msOf(status?.startTime) ??
    msOf(metadata?.creationTimestamp) ??
    0;
  // a node that comes back says of containers that it knows nothing of any more that their status is unknown
  if (terminated && terminated.reason !== 'ContainerStatusUnknown') {
    const { exitCode, reason = '', message = '' } = terminated;
    return { exitCode, reason, message, atMs };
  }
  if (phase !== 'Failed' && phase !== 'Succeeded' && !terminated) return null;
  const reason = status?.reason ?? terminated?.reason ?? phase;
  return { exitCode: phase === 'Succeeded' ? 0 : null, reason, message: status?.message ?? '', atMs };
}

function disruptionOf({ status }: V1Pod, target: V1PodCondition | undefined): string | null {
  if (target?.status === 'True') return target.reason ?? 'DisruptionTarget';
  return status?.reason !== undefined && DISRUPTIONS.has(status.reason) ? status.reason : null;
}

/** Of its own container, else of one that goes before or beside it. */
function waitingOf({ status }: V1Pod): ObservedPod['waiting'] {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  for (const { state } of all.sort((a, b) => Number(b.name === CONTAINER) - Number(a.name === CONTAINER))) {
    const { reason, message = '' } = state?.waiting ?? {};
    if (reason !== undefined && !STARTS.has(reason)) return { reason, message };
  }
  return null;
}

/** `Unschedulable: 0/3 nodes …` or `SchedulingGated: …`. */
function unschedulableOf(scheduled: V1PodCondition | undefined): string | null {
  if (scheduled?.status !== 'False') return null;
  const { reason = 'Unschedulable', message } = scheduled;
  return message ? `${reason}: ${message}` : reason;
}

/** The client gives dates, JSON gives text. */
function msOf(time: Date | string | undefined): number | null {
  if (time === undefined || time === null) return null;
  const ms = new Date(time).getTime();
  return Number.isNaN(ms) ? null : ms;
}
