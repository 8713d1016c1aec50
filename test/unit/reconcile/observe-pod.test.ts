import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1ContainerState, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { observePod } from '../../../controller/reconcile/observe-pod.ts';
import type { ObservedPod } from '../../../controller/reconcile/observed.ts';

const at = (clock: string): Date => new Date(`2026-03-01T${clock}Z`);
const CREATED = at('12:00:00');
const ENDED = at('12:05:30');

/** A worker's pod as the API server gives it. */
function pod(
  status: V1PodStatus,
  metadata: V1Pod['metadata'] = {},
  nodeName: string | undefined = 'gpu-1',
): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'film-p0-s1-r2',
      namespace: 'media',
      uid: '0d6b7f9e-2f50-4f0e-bf0a-5c8f5a0a4c11',
      creationTimestamp: CREATED,
      labels: {
        'app.kubernetes.io/name': 'facefleet',
        'app.kubernetes.io/component': 'worker',
        'facefleet.dev/extraction': 'film',
        'facefleet.dev/uid': '6f0c3a52-9d1e-4c0b-8a77-2f4f0e1d9b11',
        'facefleet.dev/pass': '0',
        'facefleet.dev/stage': '1',
        'facefleet.dev/replica': '2',
      },
      annotations: { 'facefleet.dev/template-hash': 'abc123', 'facefleet.dev/job': 'film-job-77' },
      ...metadata,
    },
    spec: { containers: [], ...(nodeName !== undefined && { nodeName }) },
    status,
  };
}

const container = (state: V1ContainerState, name = 'facefleet') => ({
  name,
  state,
  ready: false,
  restartCount: 0,
  image: 'facefleet:1',
  imageID: '',
});
const terminated = (exitCode: number, reason: string, message?: string): V1ContainerState => ({
  terminated: { exitCode, reason, startedAt: at('12:00:05'), finishedAt: ENDED, ...(message && { message }) },
});
const waiting = (reason: string, message: string): V1ContainerState => ({ waiting: { reason, message } });
const disruption = (reason: string) => ({
  type: 'DisruptionTarget',
  status: 'True',
  reason,
  lastTransitionTime: at('12:05:00'),
});
const scheduled = (reason: string, message: string) => ({
  type: 'PodScheduled',
  status: 'False',
  reason,
  message,
});

const inGroup = {
  labels: { ...pod({}).metadata!.labels, 'kueue.x-k8s.io/pod-group-name': 'film-p0-1a2b' },
  annotations: { ...pod({}).metadata!.annotations, 'kueue.x-k8s.io/pod-group-total-count': '3' },
};

const CASES: Record<string, { readonly pod: V1Pod; readonly is: Partial<ObservedPod> }> = {
  'of a group that Kueue holds': {
    pod: pod(
      { phase: 'Failed' },
      { ...inGroup, finalizers: ['others.example/hold', 'kueue.x-k8s.io/managed'] },
    ),
    is: { phase: 'Failed', group: { name: 'film-p0-1a2b', total: 3, isHeld: true } },
  },
  'of a group that Kueue has let go': {
    pod: pod({ phase: 'Succeeded' }, inGroup),
    is: { group: { name: 'film-p0-1a2b', total: 3, isHeld: false } },
  },
  'that Kueue admits alone': {
    pod: pod(
      { phase: 'Running' },
      { ...inGroup, labels: pod({}).metadata!.labels!, finalizers: ['kueue.x-k8s.io/managed'] },
    ),
    is: { group: null },
  },
  'runs and is ready': {
    pod: pod({
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [container({ running: { startedAt: at('12:00:05') } })],
    }),
    is: { phase: 'Running', ready: true, end: null, waiting: null, disruption: null, unschedulable: null },
  },
  'container is being created': {
    pod: pod({
      phase: 'Pending',
      containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })],
    }),
    is: { phase: 'Pending', ready: false, waiting: null },
  },
  completed: {
    pod: pod({
      phase: 'Succeeded',
      containerStatuses: [container(terminated(0, 'Completed', '{"event":"complete"}'))],
    }),
    is: {
      phase: 'Succeeded',
      end: { exitCode: 0, reason: 'Completed', message: '{"event":"complete"}', atMs: ENDED.getTime() },
    },
  },
  OOMKilled: {
    pod: pod({ phase: 'Failed', containerStatuses: [container(terminated(137, 'OOMKilled'))] }),
    is: {
      phase: 'Failed',
      end: { exitCode: 137, reason: 'OOMKilled', message: '', atMs: ENDED.getTime() },
      disruption: null,
    },
  },
  'evicted by the kubelet': {
    pod: pod({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi.',
      startTime: at('12:00:02'),
      conditions: [disruption('TerminationByKubelet')],
    }),
    is: {
      disruption: 'TerminationByKubelet',
      end: {
        exitCode: null,
        reason: 'Evicted',
        message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi.',
        atMs: at('12:05:00').getTime(),
      },
    },
  },
  'evicted by an old kubelet, which says no more than the reason': {
    pod: pod({ phase: 'Failed', reason: 'Evicted', startTime: at('12:00:02') }),
    is: {
      disruption: 'Evicted',
      end: { exitCode: null, reason: 'Evicted', message: '', atMs: at('12:00:02').getTime() },
    },
  },
  'evicted through the API, still ending': {
    pod: pod(
      {
        phase: 'Running',
        conditions: [disruption('EvictionByEvictionAPI')],
        containerStatuses: [container({ running: {} })],
      },
      { deletionTimestamp: at('12:06:00') },
    ),
    is: { disruption: 'EvictionByEvictionAPI', deleteByMs: at('12:06:00').getTime(), end: null },
  },
  'preempted by the scheduler': {
    pod: pod({
      phase: 'Failed',
      reason: 'Preempting',
      conditions: [disruption('PreemptionByScheduler')],
      containerStatuses: [container(terminated(137, 'Error'))],
    }),
    is: {
      disruption: 'PreemptionByScheduler',
      end: { exitCode: 137, reason: 'Error', message: '', atMs: ENDED.getTime() },
    },
  },
  'preempted by the kubelet for a critical pod': {
    pod: pod({ phase: 'Failed', reason: 'Preempting', message: 'Preempted in order to admit critical pod' }),
    is: { disruption: 'Preempting' },
  },
  'lost with its node': {
    pod: pod(
      { phase: 'Running', reason: 'NodeLost', conditions: [{ type: 'Ready', status: 'False' }] },
      { deletionTimestamp: at('12:10:00') },
    ),
    is: { disruption: 'NodeLost', ready: false, end: null, deleteByMs: at('12:10:00').getTime() },
  },
  'taken away by the taint manager, on a dead node': {
    pod: pod(
      {
        phase: 'Running',
        conditions: [disruption('DeletionByTaintManager'), { type: 'Ready', status: 'False' }],
        containerStatuses: [container({ running: {} })],
      },
      { deletionTimestamp: '2026-03-01T12:10:00Z' as unknown as Date },
    ),
    is: {
      disruption: 'DeletionByTaintManager',
      end: null,
      deleteByMs: at('12:10:00').getTime(),
      nodeName: 'gpu-1',
    },
  },
  'its node shut down': {
    pod: pod({
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
      conditions: [disruption('TerminationByKubelet')],
    }),
    is: { disruption: 'TerminationByKubelet' },
  },
  'its node shut down, an old kubelet': {
    pod: pod({ phase: 'Failed', reason: 'NodeShutdown', message: 'Node is shutting down' }),
    is: { disruption: 'NodeShutdown' },
  },
  'a disruption that was called off': {
    pod: pod({ phase: 'Running', conditions: [{ ...disruption('PreemptionByScheduler'), status: 'False' }] }),
    is: { disruption: null },
  },
  'not admitted by the kubelet': {
    pod: pod({
      phase: 'Failed',
      reason: 'OutOfnvidia.com/gpu',
      message: 'Pod was rejected: Node did not have enough resource: nvidia.com/gpu',
      startTime: at('12:00:02'),
    }),
    is: {
      disruption: null,
      end: {
        exitCode: null,
        reason: 'OutOfnvidia.com/gpu',
        message: 'Pod was rejected: Node did not have enough resource: nvidia.com/gpu',
        atMs: at('12:00:02').getTime(),
      },
    },
  },
  'its node came back and knows nothing of it': {
    pod: pod({ phase: 'Failed', containerStatuses: [container(terminated(137, 'ContainerStatusUnknown'))] }),
    is: { end: { exitCode: null, reason: 'ContainerStatusUnknown', message: '', atMs: ENDED.getTime() } },
  },
  ImagePullBackOff: {
    pod: pod({
      phase: 'Pending',
      containerStatuses: [container(waiting('ImagePullBackOff', 'Back-off pulling image "facefleet:1"'))],
    }),
    is: {
      waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "facefleet:1"' },
      end: null,
    },
  },
  ErrImageNeverPull: {
    pod: pod({
      phase: 'Pending',
      containerStatuses: [
        container(waiting('ErrImageNeverPull', 'Container image "facefleet:1" is not present')),
      ],
    }),
    is: { waiting: { reason: 'ErrImageNeverPull', message: 'Container image "facefleet:1" is not present' } },
  },
  CreateContainerConfigError: {
    pod: pod({
      phase: 'Pending',
      containerStatuses: [container(waiting('CreateContainerConfigError', 'secret "bucket" not found'))],
    }),
    is: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "bucket" not found' } },
  },
  Unschedulable: {
    pod: pod(
      {
        phase: 'Pending',
        conditions: [scheduled('Unschedulable', '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.')],
      },
      {},
      '',
    ),
    is: {
      nodeName: null,
      unschedulable: 'Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.',
    },
  },
  'held back by Kueue': {
    pod: pod(
      {
        phase: 'Pending',
        conditions: [scheduled('SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates')],
      },
      {},
      '',
    ),
    is: {
      nodeName: null,
      unschedulable: 'SchedulingGated: Scheduling is blocked due to non-empty scheduling gates',
    },
  },
  'not looked at by the scheduler yet': {
    pod: pod({ phase: 'Pending' }, {}, ''),
    is: { nodeName: null, unschedulable: null, waiting: null },
  },
  'its process ended, a sidecar goes on': {
    pod: pod({
      phase: 'Running',
      containerStatuses: [container({ running: {} }, 'mesh-proxy'), container(terminated(1, 'Error'))],
    }),
    is: { phase: 'Running', end: { exitCode: 1, reason: 'Error', message: '', atMs: ENDED.getTime() } },
  },
  'only a sidecar ended': {
    pod: pod({
      phase: 'Running',
      containerStatuses: [container(terminated(1, 'Error'), 'mesh-proxy'), container({ running: {} })],
    }),
    is: { phase: 'Running', end: null },
  },
  'of an unknown phase': { pod: pod({ phase: 'Unknown' }), is: { phase: 'Unknown', end: null } },
};

for (const [name, { pod: seen, is }] of Object.entries(CASES)) {
  test(`a pod: ${name}`, () => {
    const observed = observePod(seen);
    assert.ok(observed !== null);
    assert.deepEqual({ ...observed, ...is }, observed);
    assert.deepEqual(observed.role, { kind: 'worker', pass: 0, stage: 1, replica: 2 });
    assert.equal(observed.templateHash, 'abc123');
    assert.equal(observed.job, 'film-job-77');
    assert.equal(observed.createdAtMs, CREATED.getTime());
  });
}

test('pods that the controller did not make are not observed', () => {
  const labels = pod({}).metadata!.labels!;
  const without = (label: string) =>
    Object.fromEntries(Object.entries(labels).filter(([name]) => name !== label));
  for (const label of [
    'app.kubernetes.io/name',
    'app.kubernetes.io/component',
    'facefleet.dev/uid',
    'facefleet.dev/pass',
  ])
    assert.equal(observePod(pod({}, { labels: without(label) })), null, label);
  assert.equal(observePod(pod({}, { labels: { ...labels, 'facefleet.dev/replica': '-1' } })), null);
  assert.equal(observePod({}), null);
  const conductor = observePod(
    pod({}, { labels: { ...labels, 'app.kubernetes.io/component': 'conductor' } }),
  );
  assert.deepEqual(conductor?.role, { kind: 'conductor' });
});
