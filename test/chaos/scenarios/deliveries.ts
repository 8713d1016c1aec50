import { setTimeout as sleep } from 'node:timers/promises';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { readJob } from '../../../worker/cluster/job.ts';
import { JobProcesses } from '../../fixtures/cluster-job.ts';
import { isAlive, RunOver } from '../cluster-run.ts';
import { randomMoment } from '../moment.ts';
import type { Random } from '../random.ts';
import type { Scenario } from '../scenario.ts';

/** Every third frame and result comes once more, up to two seconds later, under an id that the lane has not seen. */
export const duplicates: Scenario = {
  name: 'duplicates',
  async disturb({ cluster, nats, random, note }) {
    const connection = await connect({ servers: nats.url });
    const counts = { frames: 0, results: 0, taken: 0 };
    const replays: Promise<void>[] = [];
    connection.subscribe('facefleet.*.lane.>', {
      callback: (error, message) => {
        if (error || message.headers?.get('Nats-Msg-Id').startsWith('again-') || !random.chance(0.35)) return;
        counts[message.subject.endsWith('.results') ? 'results' : 'frames'] += 1;
        replays.push(
          replay(connection, message, random, replays.length).then((taken) => {
            counts.taken += taken ? 1 : 0;
          }),
        );
      },
    });
    await cluster.ended;
    await connection.drain();
    await Promise.all(replays);
    note(`${counts.frames} frames and ${counts.results} results again, ${counts.taken} taken by a lane`);
    if (counts.taken === 0) throw new RunOver();
  },
};

/** @returns whether the lane took it */
async function replay(
  connection: NatsConnection,
  { subject, data }: Msg,
  random: Random,
  number: number,
): Promise<boolean> {
  const copy = Uint8Array.from(data);
  await sleep(random.whole(0, 2000));
  const header = headers();
  header.set('Nats-Msg-Id', `again-${number}`);
  for (let tries = 0; tries < 20; tries++) {
    try {
      const answer = await connection.request(subject, copy, { headers: header, timeout: 1000 });
      if (answer.json<{ error?: unknown }>().error === undefined) return true;
    } catch {
      return false;
    }
    // the lane is full
    await sleep(50);
  }
  return false;
}

/**
 * A worker stands still for longer than its frames may be silent, another one is started on its lane, and then the first one goes on:
 * both work on the same frames, and the acks of the first come late.
 */
export const lateAck: Scenario = {
  name: 'late-ack',
  async disturb({ cluster, random, note }) {
    const moment = await randomMoment(cluster, random);
    const { pid, replica } = random.pick(await cluster.whenChildren('stage'));
    const job = await readJob(cluster.jobFile);
    process.kill(pid, 'SIGSTOP');
    const twin = new JobProcesses(job, `${cluster.jobFile}.twin`, cluster.env).worker(replica);
    try {
      const stillMs = job.bus.ackWaitMs + random.whole(500, 4000);
      await sleep(stillMs);
      note(`worker ${replica} stood still for ${stillMs} ms, ${moment}`);
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGCONT');
    }
    await cluster.ended;
    const { code, signal, stderr } = await twin.ended;
    if (code !== 0) throw new Error(`the second worker ended with ${signal ?? code}: ${stderr}`);
  },
};
