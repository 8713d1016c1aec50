import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';

/** What has become of the container of a pod. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: Date; readonly ready: boolean }
  | {
      readonly kind: 'terminated';
      readonly startedAt: Date;
      readonly finishedAt: Date;
      readonly exitCode: number;
      readonly reason: string;
      readonly message: string;
    };

/** The status that a kubelet reports of a pod with one container that is never started again; to be merged by strategy. */
export function podStatus(pod: V1Pod, state: ContainerState): object {
  const [container] = pod.spec!.containers;
  const ready = state.kind === 'running' && state.ready;
  const done = state.kind === 'terminated';
  const reason = done && state.exitCode === 0 ? 'PodCompleted' : 'ContainersNotReady';
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: new Date().toISOString(),
    ...(holds ? {} : { reason }),
  });
  return {
    phase: phaseOf(state),
    hostIP: '127.0.0.1',
    ...(state.kind === 'waiting' ? {} : { podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }] }),
    startTime: pod.status?.startTime ?? new Date().toISOString(),
    conditions: [
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
    ],
    containerStatuses: [
      {
        name: container!.name,
        image: container!.image,
        imageID: '',
        ready,
        started: state.kind === 'running',
        restartCount: 0,
        ...(state.kind === 'waiting' ? {} : { containerID: `test://${pod.metadata!.uid}` }),
        state: apiState(state),
      },
    ],
  };
}

/** The status of a pod that the kubelet ends for reasons of its node, such as `Evicted`. */
export function failedStatus(reason: string, message: string): object {
  return { phase: 'Failed', reason, message };
}

function phaseOf(state: ContainerState): string {
  switch (state.kind) {
    case 'waiting':
      return 'Pending';
    case 'running':
      return 'Running';
    case 'terminated':
      return state.exitCode === 0 ? 'Succeeded' : 'Failed';
  }
}

function apiState(state: ContainerState): V1ContainerState {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message && { message: state.message }) } };
    case 'running':
      return { running: { startedAt: state.startedAt } };
    case 'terminated': {
      const { startedAt, finishedAt, exitCode, reason, message } = state;
      return { terminated: { startedAt, finishedAt, exitCode, reason, ...(message && { message }) } };
    }
  }
}
