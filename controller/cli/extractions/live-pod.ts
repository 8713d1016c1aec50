import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** A pod of an extraction, as people look at it. */
export interface LivePod {
  readonly name: string;
  /** `conductor`, `cleaner`, or the lane of a worker: `p0-s0-r0`, of a decode worker `d0`. */
  readonly lane: string;
  readonly node: string | null;
  /** Product of its GPU, else the resource that it asks for; null: it has none. */
  readonly gpu: string | null;
  /** As kubectl's column STATUS. */
  readonly state: string;
  readonly createdAt: string | null;
}

/** @param products of the GPUs of nodes, by the node's name, as far as they are known */
export function livePod(pod: V1Pod, products: ReadonlyMap<string, string>): LivePod {
  const { metadata, spec } = pod;
  const node = spec?.nodeName ?? null;
  const resource = gpuResource(pod);
  return {
    name: metadata?.name ?? '',
    lane: laneOf(pod),
    node,
    gpu: resource === null ? null : ((node === null ? null : products.get(node)) ?? resource),
    state: stateOf(pod),
    createdAt: metadata?.creationTimestamp === undefined ? null : String(metadata.creationTimestamp),
  };
}

/** The lane of a worker's pod, else what the pod is for. */
export function laneOf({ metadata }: V1Pod): string {
  const labels = metadata?.labels ?? {};
  const {
    'facefleet.dev/pass': pass,
    'facefleet.dev/stage': stage,
    'facefleet.dev/replica': replica,
  } = labels;
  if (pass !== undefined && stage !== undefined && replica !== undefined)
    return `p${pass}-s${stage}-r${replica}`;
  if (replica !== undefined && labels['app.kubernetes.io/component'] === 'decoder') return `d${replica}`;
  return labels['app.kubernetes.io/component'] ?? metadata?.name ?? '';
}

/** Conductor first, then decode workers, then workers by pass, stage and replica. */
export function byLane(a: { readonly lane: string }, b: { readonly lane: string }): number {
  const turn = ({ lane }: { readonly lane: string }): number =>
    /^p\d+-s/.test(lane) ? 2 : /^d\d+$/.test(lane) ? 1 : 0;
  return turn(a) - turn(b) || a.lane.localeCompare(b.lane, 'en', { numeric: true });
}

/** Extended resources are named with a domain; those of Kubernetes itself are not. */
function gpuResource({ spec }: V1Pod): string | null {
  for (const { resources } of spec?.containers ?? []) {
    const found = Object.keys({ ...resources?.requests, ...resources?.limits }).find((name) =>
      name.includes('/'),
    );
    if (found !== undefined) return found;
  }
  return null;
}

function stateOf({ metadata, spec, status }: V1Pod): string {
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  if (status?.reason) return status.reason;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { state } of containers) {
    const reason = reasonOf(state);
    if (reason !== null) return reason;
  }
  if (status?.phase === 'Pending' && !spec?.nodeName) {
    const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled');
    return scheduled?.status === 'False' ? (scheduled.reason ?? 'Unschedulable') : 'Pending';
  }
  return status?.phase ?? 'Unknown';
}

function reasonOf(state: V1ContainerStatus['state']): string | null {
  if (state?.waiting?.reason) return state.waiting.reason;
  const ended = state?.terminated;
  if (ended === undefined || ended === null) return null;
  if (ended.reason)
    return ended.exitCode === 0 || ended.reason === 'OOMKilled'
      ? ended.reason
      : `${ended.reason} (exit code ${ended.exitCode})`;
  return `exit code ${ended.exitCode}`;
}
