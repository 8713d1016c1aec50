import { setTimeout as sleep } from 'node:timers/promises';
import type { Decide, Fault, FaultProxy } from '../../servers/fault-proxy.ts';
import { randomMoment } from '../moment.ts';
import type { Random } from '../random.ts';
import type { Scenario } from '../scenario.ts';

/** The S3 server refuses connections for a while, once or twice. */
export const s3Refuses: Scenario = {
  name: 's3-refuses',
  needs: 's3',
  async disturb({ cluster, s3, random, note }) {
    for (let left = random.whole(1, 2); left > 0; left--) {
      const downMs = random.whole(200, 4000);
      const moment = await randomMoment(cluster, random);
      note(`S3 refuses for ${downMs} ms, ${moment}`);
      await s3!.close();
      await sleep(downMs);
      await s3!.open();
    }
  },
};

/** The S3 server is away for longer than anybody tries again: the run may give up, and then the command comes again. */
export const s3Away: Scenario = {
  name: 's3-away',
  needs: 's3',
  async disturb({ cluster, s3, random, note, again }) {
    const downMs = random.whole(30_000, 50_000);
    const moment = await randomMoment(cluster, random);
    note(`S3 away for ${downMs} ms, ${moment}`);
    await s3!.close();
    await sleep(downMs);
    await s3!.open();
    const { code } = await cluster.ended;
    if (code === 0) return;
    note(`the run gave up with exit code ${code}`);
    again();
  },
};

/** Requests wait before they reach the server, some of them long. */
export const s3Slow = faulty('s3-slow', 0.4, (random) => ({
  kind: 'delay',
  delayMs: random.whole(50, random.chance(0.1) ? 2000 : 400),
}));

/** The server is overloaded: it answers 503, 500 and 429. */
export const s3Answers503 = faulty('s3-503', 0.25, (random) => {
  const [status, code] = random.pick([
    [503, 'SlowDown'],
    [503, 'ServiceUnavailable'],
    [500, 'InternalError'],
    [429, 'TooManyRequests'],
  ] as const);
  return {
    kind: 'answer',
    status,
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>by the test</Message></Error>`,
  };
});

/** Connections break: before the request, in the middle of its body, before the answer, and in the middle of the answer. */
export const s3Cut = faulty('s3-cut', 0.25, (random) => {
  const afterBytes = random.whole(0, 8000);
  return random.pick<Fault>([
    { kind: 'reset' },
    { kind: 'loseAnswer' },
    { kind: 'cutRequest', afterBytes },
    { kind: 'cutAnswer', afterBytes },
  ]);
});

/** A share of all requests of a run goes wrong, from its start to its end. */
function faulty(name: string, share: number, faultOf: (random: Random) => Fault): Scenario {
  return {
    name,
    needs: 's3',
    async disturb({ cluster, s3, random, note }) {
      const count = countFaults(s3!, (): Fault | undefined =>
        random.chance(share) ? faultOf(random) : undefined,
      );
      await cluster.ended;
      s3!.decide = () => undefined;
      note(`${count()} of ${s3!.seen.length} requests went wrong`);
    },
  };
}

function countFaults(proxy: FaultProxy, decide: Decide): () => number {
  let faults = 0;
  proxy.decide = (seen) => {
    const fault = decide(seen);
    if (fault !== undefined) faults += 1;
    return fault;
  };
  return () => faults;
}
