import type { ClusterRun } from '../cluster-run.ts';
import { randomMoment } from '../moment.ts';
import type { Scenario } from '../scenario.ts';

/** `kill -9` of a worker, once or twice. */
export const workerKilled: Scenario = {
  name: 'worker-killed',
  async disturb({ cluster, random, note }) {
    for (let left = random.whole(1, 2); left > 0; left--) {
      const moment = await randomMoment(cluster, random);
      const { pid, replica } = random.pick(await cluster.whenChildren('stage'));
      kill(pid, 'SIGKILL');
      note(`worker ${replica} killed ${moment}`);
    }
  },
};

/** A film: `kill -9` of decode workers, of one or all; in half of the runs of the conductor, too. */
export const decodeKilled: Scenario = {
  name: 'decode-killed',
  input: 'film',
  async disturb({ cluster, random, note }) {
    for (let left = random.whole(1, 2); left > 0; left--) {
      const moment = await randomMoment(cluster, random);
      const decoders = await cluster.whenChildren('decode');
      const killed = random.chance(0.5) ? decoders : [random.pick(decoders)];
      for (const { pid } of killed) kill(pid, 'SIGKILL');
      const withConductor = random.chance(0.5);
      if (withConductor) for (const { pid } of cluster.children('conductor')) kill(pid, 'SIGKILL');
      const names = killed.map(({ replica }) => `d${replica}`).join(' and ');
      note(`${names}${withConductor ? ' and the conductor' : ''} killed ${moment}`);
    }
  },
};

/** `kill -9` of the conductor, once or twice. */
export const conductorKilled: Scenario = {
  name: 'conductor-killed',
  async disturb({ cluster, random, note }) {
    for (let left = random.whole(1, 2); left > 0; left--) {
      const moment = await randomMoment(cluster, random);
      for (const { pid } of await cluster.whenChildren('conductor')) kill(pid, 'SIGKILL');
      note(`conductor killed ${moment}`);
    }
  },
};

/** `kill -9` of the conductor and all workers at once; in half of the runs of the parent, too, and then the command comes again. */
export const bothKilled: Scenario = {
  name: 'both-killed',
  async disturb({ cluster, random, note, again }) {
    const withParent = random.chance(0.5);
    const moment = await randomMoment(cluster, random);
    await cluster.whenChildren('conductor');
    const children = cluster.children();
    if (withParent) kill(cluster.pid, 'SIGKILL');
    for (const { pid } of children) kill(pid, 'SIGKILL');
    note(`${children.length} children${withParent ? ' and their parent' : ''} killed ${moment}`);
    if (!withParent) return;
    await cluster.ended;
    again();
  },
};

/** SIGTERM to a worker, to the conductor, or to the parent, and then the command comes again. */
export const terminated: Scenario = {
  name: 'sigterm',
  async disturb({ cluster, random, note, again }) {
    const whom = random.pick(['worker', 'conductor', 'parent'] as const);
    const moment = await randomMoment(cluster, random);
    note(`${whom} told to end ${moment}`);
    if (whom === 'parent') {
      await terminateParent(cluster);
      again();
      return;
    }
    const kind = whom === 'worker' ? 'stage' : 'conductor';
    kill(random.pick(await cluster.whenChildren(kind)).pid, 'SIGTERM');
  },
};

async function terminateParent(cluster: ClusterRun): Promise<void> {
  const hasBegun = cluster.children().length > 0;
  kill(cluster.pid, 'SIGTERM');
  const { code, signal, stdout, stderr } = await cluster.ended;
  // it may have finished in the very moment, and before it has begun nobody answers the signal
  const isFine = code === 130 || code === 0 || (!hasBegun && signal === 'SIGTERM');
  if (!isFine) throw new Error(`SIGTERM: exit code ${code}\n${stdout}${stderr}`);
}

/** One that has ended in the meantime is as good. */
function kill(pid: number, signal: Parameters<typeof process.kill>[1]): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
