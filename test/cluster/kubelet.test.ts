import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { CoreV1Api, type V1Container, type V1Pod } from '@kubernetes/client-node';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { kubectl } from '../servers/kubectl.ts';
import { answered, untilServed } from './api-answers.ts';
import { FakeNodes } from './fake-nodes.ts';
import { TestKubelet } from './kubelet/test-kubelet.ts';

const GPUS = { product: 'Tesla-T4', memoryMiB: 15360, count: 1 };

suite('The test kubelet', { skip: withoutKube }, () => {
  let cluster: KubeCluster;
  let core: CoreV1Api;
  let nodes: FakeNodes;
  let kubelet: TestKubelet;
  let namespace: string;

  before(async () => {
    cluster = await startKubeCluster({ nodeGraceSeconds: 8, evictAfterSeconds: 2 });
    core = cluster.config().makeApiClient(CoreV1Api);
    const made = await core.createNamespace({ body: { metadata: { generateName: 'facefleet-test-' } } });
    namespace = made.metadata!.name!;
    nodes = new FakeNodes(cluster.config());
    kubelet = await TestKubelet.start({
      config: cluster.config(),
      nodes,
      hasImage: (image) => !image.includes('absent'),
    });
    await nodes.add({ name: 'gpu-1', gpus: GPUS });
    await untilServed('the account of pods', async () => {
      await core.readNamespacedServiceAccount({ name: 'default', namespace });
      return true;
    });
  });

  after(async () => {
    await kubelet?.end();
    await nodes?.end();
    await core?.deleteNamespace({ name: namespace });
    await cluster?.[Symbol.asyncDispose]();
  });

  /** Makes a pod; without a command it sleeps, and ends with 7 when it is told to. */
  const run = async (name: string, container: Partial<V1Container>, spec: object = {}): Promise<void> => {
    const command = ['sh', '-c', 'trap "exit 7" TERM; echo started; while :; do sleep 0.1; done'];
    const containers = [{ name: 'main', image: 'test', command, ...container }];
    await core.createNamespacedPod({
      namespace,
      body: { metadata: { name }, spec: { restartPolicy: 'Never', containers, ...spec } },
    });
  };
  const read = (name: string): Promise<V1Pod> => core.readNamespacedPod({ name, namespace });
  const when = async (name: string, holds: (pod: V1Pod) => boolean): Promise<V1Pod> => {
    let last: V1Pod | undefined;
    await untilServed(`${name} is as expected`, async () => {
      last = await read(name);
      return holds(last);
    });
    return last!;
  };
  const running = (name: string): Promise<V1Pod> => when(name, ({ status }) => status?.phase === 'Running');
  const ended = async (name: string) => {
    const over = ({ status }: V1Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
    const { status } = await when(name, over);
    return { status: status!, end: status!.containerStatuses![0]!.state!.terminated! };
  };
  const gone = (name: string): Promise<void> =>
    untilServed(`${name} is gone`, async () => {
      try {
        await read(name);
        return false;
      } catch (error) {
        return answered(error, 404);
      }
    });

  test('runs facefleet with the mounts and the environment of a pod, on a GPU of a fake node', async () => {
    const job = { passes: [{ stages: [{ workers: [{ providers: ['cuda'], threads: 8, deviceId: 0 }] }] }] };
    await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'job' }, data: { 'job.json': JSON.stringify(job) } },
    });
    await core.createNamespacedSecret({
      namespace,
      body: { metadata: { name: 'access' }, stringData: { NATS_USER: 'me' } },
    });
    const resources = { limits: { 'nvidia.com/gpu': '1' }, requests: { 'nvidia.com/gpu': '1' } };
    const volumes = [{ name: 'job', configMap: { name: 'job' } }];
    const mounts = {
      resources,
      volumeMounts: [{ name: 'job', mountPath: '/facefleet/job' }],
    };
    await run('version', { command: ['facefleet', '--version'], ...mounts }, { volumes });
    assert.equal((await ended('version')).end.reason, 'Completed');
    assert.match(await kubectl(cluster.kubeconfig, 'logs', '-n', namespace, 'version'), /^\d+\.\d+\.\d+/);
    await core.deleteNamespacedPod({ name: 'version', namespace });

    const script =
      'echo "$POD_NAME $NODE_NAME $NATS_USER $0" > /dev/termination-log; cat /facefleet/job/job.json';
    const env = [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ];
    const command = ['sh', '-c', script, '$(POD_NAME)'];
    await run('env', { command, env, envFrom: [{ secretRef: { name: 'access' } }], ...mounts }, { volumes });
    assert.equal((await ended('env')).end.message, 'env gpu-1 me env\n');
    const seen = JSON.parse(await kubectl(cluster.kubeconfig, 'logs', '-n', namespace, 'env'));
    assert.deepEqual(seen.passes[0].stages[0].workers, [{ providers: ['cpu'], threads: 1 }]);
  });

  test('reports a pod that runs, is told to stop and is deleted', async () => {
    await run('stopped', {});
    await running('stopped');
    const { status } = await when('stopped', (pod) => pod.status!.containerStatuses![0]!.ready);
    assert.equal(status!.conditions!.find(({ type }) => type === 'Ready')!.status, 'True');
    await core.deleteNamespacedPod({ name: 'stopped', namespace });
    await gone('stopped');
    assert.equal(kubelet.find(namespace, 'stopped')?.running ?? false, false);
  });

  test('reports how a container ended', async () => {
    await run('failed', {
      command: ['sh', '-c', 'echo why; exit 3'],
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });
    const { end } = await ended('failed');
    assert.deepEqual([end.exitCode, end.reason, end.message], [3, 'Error', 'why\n']);
    await run('oom', {});
    await running('oom');
    kubelet.find(namespace, 'oom')!.kill('SIGKILL', 'OOMKilled');
    const oom = await ended('oom');
    assert.deepEqual([oom.end.exitCode, oom.end.reason], [137, 'OOMKilled']);
    await run('evicted', {});
    await running('evicted');
    kubelet.find(namespace, 'evicted')!.evict('Evicted', 'The node was low on resource: memory.');
    const evicted = await ended('evicted');
    assert.deepEqual([evicted.status.phase, evicted.status.reason], ['Failed', 'Evicted']);
  });

  test('tells why a container does not start', async () => {
    await run('absent', { image: 'absent:1' });
    await run('secretless', { envFrom: [{ secretRef: { name: 'nowhere' } }] });
    const reason = ({ status }: V1Pod) => status?.containerStatuses?.[0]?.state?.waiting?.reason;
    await when('absent', (pod) => reason(pod) === 'ImagePullBackOff');
    await when('secretless', (pod) => reason(pod) === 'CreateContainerConfigError');
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'nowhere' } } });
    await running('secretless');
    for (const name of ['absent', 'secretless']) {
      await core.deleteNamespacedPod({ name, namespace });
      await gone(name);
    }
  });

  test('leaves the pods of a lost node as they are, until the cluster gives them up', async () => {
    await nodes.add({ name: 'gpu-2', gpus: GPUS, labels: { lost: 'soon' } });
    await run('lost', {}, { nodeSelector: { lost: 'soon' } });
    await running('lost');
    nodes.silence('gpu-2');
    assert.equal(kubelet.find(namespace, 'lost'), undefined);
    const { status } = await when('lost', ({ metadata }) => metadata!.deletionTimestamp !== undefined);
    assert.equal(status!.phase, 'Running');
    nodes.wake('gpu-2');
    await gone('lost');
  });

  test('goes on when the API server was away', async (t) => {
    const { apiServer } = cluster;
    if (apiServer === null) return t.skip('the cluster was not started for the tests');
    await run('patient', { command: ['sh', '-c', 'sleep 1'] });
    await running('patient');
    await apiServer.kill();
    await apiServer.start();
    assert.equal((await ended('patient')).end.exitCode, 0);
  });
});
