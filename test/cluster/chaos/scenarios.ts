import { auditedCalls, isWrite } from '../../servers/audited-calls.ts';
import { answered } from '../api-answers.ts';
import { atWork, type ChaosRun, pause, persist, type Scenario } from './chaos-run.ts';

const KILLS = 7;
/** What every controller writes, whether it leads or not. */
const OF_ALL = ['leases', 'events', 'selfsubjectaccessreviews'];

/** The controller is killed again and again, and started again at once. */
const controllerKilled: Scenario = {
  name: 'controller-killed',
  extractions: 2,
  async disturb(run) {
    const { controller, note } = run;
    for (let kills = 0; kills < KILLS; kills++) {
      const waitMs = await pause(run, 100, 8000);
      if (waitMs === null) return;
      await controller.end('SIGKILL');
      await controller.start();
      note(`controller killed after ${waitMs} ms`);
    }
  },
};

/** Two controllers at once, the one that leads is killed: only the leader acts. */
const twoControllers: Scenario = {
  name: 'two-controllers',
  async disturb(run) {
    const { controller, second, note } = run;
    await second.start();
    await atWork(run);
    const waitMs = await pause(run, 0, 5000);
    if (waitMs !== null) {
      await controller.end('SIGKILL');
      note(`the leader was killed ${waitMs} ms after the first worker was ready`);
    }
    while ((await pause(run, 200, 200)) !== null);
    await second.end();
    if (!controller.running) await controller.start();
  },
  async check({ bed: { cluster }, controller, second }) {
    if (cluster.auditLog === null) return [];
    const users = [controller.account.user, second.account.user];
    const acts = (await auditedCalls(cluster.auditLog)).filter(
      (call) => isWrite(call) && users.includes(call.user) && !OF_ALL.includes(call.resource),
    );
    acts.sort((a, b) => a.atMs - b.atMs);
    const last = acts.findLastIndex(({ user }) => user === users[0]);
    const early = acts.slice(0, last).filter(({ user }) => user === users[1]);
    // the second may have led in an earlier run
    const startMs = acts.at(last)?.atMs ?? 0;
    return early
      .filter(({ atMs }) => startMs - atMs < 1000)
      .map(({ verb, resource, name }) => `both act: ${verb} ${resource} ${name} by the second`);
  },
};

/** Pods are deleted by somebody else. */
const podsDeleted: Scenario = {
  name: 'pods-deleted',
  async disturb(run) {
    await atWork(run);
    for (let i = 0; i < 3; i++) {
      if ((await pause(run, 0, 4000)) === null) return;
      await deletePod(run);
    }
  },
};

/** Nodes are deleted with all that runs there, and come back later. */
const nodesDeleted: Scenario = {
  name: 'nodes-deleted',
  async disturb(run) {
    await atWork(run);
    for (let i = 0; i < 2; i++) {
      if ((await pause(run, 0, 4000)) === null) return;
      await loseNode(run, 'delete');
    }
  },
};

/** Machines are lost without a word, and come back later. */
const nodesSilent: Scenario = {
  name: 'nodes-silent',
  async disturb(run) {
    await atWork(run);
    if ((await pause(run, 0, 5000)) === null) return;
    await loseNode(run, 'silence');
  },
};

/** The kubelet of a node says that it is not ready; what runs there runs on until the cluster takes it away. */
const nodesNotReady: Scenario = {
  name: 'nodes-not-ready',
  async disturb(run) {
    const { bed, random, note } = run;
    await atWork(run);
    if ((await pause(run, 0, 3000)) === null) return;
    const node = random.pick([...bed.nodes.names].filter((name) => name.startsWith('gpu')));
    await bed.nodes.sayReady(node, false);
    const waitMs = await pause(run, 1000, 15_000);
    await bed.nodes.sayReady(node, true);
    note(`${node} not ready for ${waitMs ?? 'the rest, '} ms`);
  },
};

/** The API server is killed or stopped, and comes back. */
const apiServerDown: Scenario = {
  name: 'api-server-down',
  async disturb(run) {
    for (let i = 0; i < 2; i++) {
      if ((await pause(run, 500, 8000)) === null) return;
      await restartApiServer(run, 100, 6000);
    }
  },
};

/** The API server is away for longer than an extraction takes: what has ended meanwhile is found when it is back. */
const apiServerAway: Scenario = {
  name: 'api-server-away',
  async disturb(run) {
    if ((await pause(run, 500, 8000)) === null) return;
    await restartApiServer(run, 60_000, 75_000);
  },
};

/** All of it in one run. */
const allTogether: Scenario = {
  name: 'all-together',
  extractions: 2,
  async disturb(run) {
    const { controller, random, note } = run;
    for (let i = 0; i < 8; i++) {
      if ((await pause(run, 200, 5000)) === null) return;
      switch (random.whole(0, 4)) {
        case 0:
        case 1:
          await controller.end('SIGKILL');
          await controller.start();
          note('controller killed');
          break;
        case 2:
          await deletePod(run);
          break;
        case 3:
          await loseNode(run, random.pick(['delete', 'silence']));
          break;
        default:
          await restartApiServer(run, 100, 6000);
      }
    }
  },
};

export const SCENARIOS: readonly Scenario[] = [
  controllerKilled,
  twoControllers,
  podsDeleted,
  nodesDeleted,
  nodesSilent,
  nodesNotReady,
  apiServerDown,
  apiServerAway,
  allTogether,
];

async function deletePod({ bed, random, extractions, note }: ChaosRun): Promise<void> {
  const pods = bed.kubelet
    .pods()
    .filter(
      ({ pod, running }) =>
        running && extractions.includes(pod.metadata!.labels?.['facefleet.dev/extraction'] ?? ''),
    );
  if (pods.length === 0) return;
  const { name } = random.pick(pods);
  const gracePeriodSeconds = random.pick([0, 1, 25]);
  await persist(async () => {
    try {
      await bed.core.deleteNamespacedPod({ name, namespace: bed.namespace, body: { gracePeriodSeconds } });
    } catch (error) {
      if (!answered(error, 404)) throw error;
    }
  });
  note(`${name} deleted with ${gracePeriodSeconds} s`);
}

async function loseNode(run: ChaosRun, how: 'delete' | 'silence'): Promise<void> {
  const { bed, random, note } = run;
  const node = random.pick([...bed.nodes.names].filter((name) => name.startsWith('gpu')));
  if (how === 'delete') await persist(() => bed.nodes.remove(node));
  else bed.nodes.silence(node);
  const waitMs = await pause(run, 500, how === 'delete' ? 8000 : 25_000);
  if (how === 'delete') await persist(() => bed.addGpu(node));
  else bed.nodes.wake(node);
  note(`${node} ${how === 'delete' ? 'deleted' : 'silent'} for ${waitMs ?? 'the rest, '} ms`);
}

async function restartApiServer(run: ChaosRun, fromMs: number, toMs: number): Promise<void> {
  const { apiServer } = run.bed.cluster;
  if (apiServer === null) return;
  const how = run.random.pick(['kill', 'stop'] as const);
  await apiServer[how]();
  const waitMs = await pause(run, fromMs, toMs);
  await apiServer.start();
  run.note(`API server away (${how}) for ${waitMs} ms`);
}
