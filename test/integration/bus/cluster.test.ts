import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pino from 'pino';
import { openJetStreamBus } from '../../../worker/bus/jetstream-bus.ts';
import { laneNames } from '../../../worker/bus/lane-names.ts';
import { freePort } from '../../servers/free-port.ts';
import { startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';
import { natsSettings } from '../../servers/nats-settings.ts';

const FRAMES = 60;

describe('bus: a cluster of three NATS servers', { skip: withoutNatsServer }, () => {
  it('keeps lanes on three servers, and goes on when the one that leads them is killed', async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
    const start = (i: number) =>
      startNatsServer({
        name: `n${i}`,
        config: `cluster { name: test, listen: "127.0.0.1:${ports[i]}", routes: [ ${routes} ] }`,
      });
    const starting = [start(0), start(1), start(2)];
    await using a = await starting[0]!;
    await using b = await starting[1]!;
    await using c = await starting[2]!;
    const servers = { n0: a, n1: b, n2: c };
    const settings = { ...natsSettings(a.url, b.url, c.url), replicas: 3 };
    const open = () => openJetStreamBus('cluster', settings, pino({ level: 'silent' }));
    await using conductor = await open();
    await using worker = await open();
    const out = await conductor.openLane('lane', { slots: 3, ackWaitMs: 2000 });
    const lane = await worker.openLane('lane', { slots: 3 });

    const leader = servers[await leaderOf([a.url, b.url, c.url])];

    const limit = AbortSignal.timeout(90_000);
    const seen = new Set<number>();
    const working = (async () => {
      while (seen.size < FRAMES) {
        const delivery = await lane.next({ signal: limit });
        assert.ok(delivery);
        seen.add(Number(Buffer.from(delivery.payload)));
        await sleep(5);
        await delivery.ack();
      }
    })();
    const send = (i: number, id: string) =>
      conductor.send([out], { id, payload: Buffer.from(String(i)) }, { signal: limit });
    for (let i = 0; i < FRAMES; i++) {
      await send(i, String(i));
      if (i === FRAMES / 2) await leader.kill();
    }
    // a message that the new leader does not have is sent again, as a conductor does with frames that have no result
    for (let again = 1; seen.size < FRAMES; again++) {
      await sleep(1000, undefined, { signal: limit });
      const { waiting, inWork } = await out.depth({ signal: limit });
      if (waiting + inWork > 0) continue;
      for (let i = 0; i < FRAMES; i++) if (!seen.has(i)) await send(i, `${i}-${again}`);
    }
    await working;
    assert.equal(seen.size, FRAMES);
  });
});

/** The server that leads the lane, once all three have it whole. */
async function leaderOf(urls: string[]): Promise<'n0' | 'n1' | 'n2'> {
  const watcher = await connect({ servers: urls });
  try {
    const jsm = await jetstreamManager(watcher);
    const { stream, consumer } = laneNames('cluster', 'lane');
    for (;;) {
      const infos = [await jsm.streams.info(stream), await jsm.consumers.info(stream, consumer)];
      const replicas = infos.flatMap((info) => info.cluster?.replicas ?? []);
      assert.equal(replicas.length, 4);
      const leader = infos[0]?.cluster?.leader;
      if (leader && replicas.every(({ current }) => current)) return leader as 'n0';
      await sleep(50);
    }
  } finally {
    await watcher.close();
  }
}
