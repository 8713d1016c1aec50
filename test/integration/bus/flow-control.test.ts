import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pino from 'pino';
import { openJetStreamBus } from '../../../worker/bus/jetstream-bus.ts';
import { laneNames } from '../../../worker/bus/lane-names.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';
import { natsSettings } from '../../servers/nats-settings.ts';

const SLOTS = 3;
const FRAMES = 150;

describe('flow control on a NATS server', { skip: withoutNatsServer }, () => {
  let server: NatsServer;
  before(async () => {
    server = await startNatsServer();
  });
  after(() => server?.[Symbol.asyncDispose]());

  it('two unequal workers: never more than slots messages per lane, none lost, in order, the fast one does more', async () => {
    const log = pino({ level: 'silent' });
    const open = () => openJetStreamBus('flow', natsSettings(server.url), log);
    await using conductor = await open();
    await using fast = await open();
    await using slow = await open();
    const done = new AbortController();

    const lanes = [
      await conductor.openLane('fast', { slots: SLOTS }),
      await conductor.openLane('slow', { slots: SLOTS }),
    ];
    // an own connection looks at the server all the time
    const watcher = await connect({ servers: server.url });
    const jsm = await jetstreamManager(watcher);
    let samples = 0;
    let mostInLane = 0;
    let mostInWork = 0;
    const sampling = (async () => {
      while (!done.signal.aborted) {
        for (const lane of ['fast', 'slow']) {
          const { stream, consumer } = laneNames('flow', lane);
          const { state } = await jsm.streams.info(stream);
          const { num_ack_pending } = await jsm.consumers.info(stream, consumer);
          mostInLane = Math.max(mostInLane, state.messages);
          mostInWork = Math.max(mostInWork, num_ack_pending);
          samples += 1;
        }
        await sleep(1);
      }
    })();

    const work = async (bus: typeof fast, name: string, workMs: number): Promise<number[]> => {
      const lane = await bus.openLane(name, { slots: SLOTS });
      const seen: number[] = [];
      try {
        for (;;) {
          const delivery = await lane.next({ signal: done.signal });
          if (delivery === null) break;
          seen.push(Number(delivery.id));
          await sleep(workMs);
          await delivery.ack();
        }
      } catch (error) {
        if (!done.signal.aborted) throw error;
      }
      return seen;
    };
    const working = [work(fast, 'fast', 3), work(slow, 'slow', 20)];
    const payload = new Uint8Array(100_000);
    for (let i = 0; i < FRAMES; i++) await conductor.send(lanes, { id: String(i), payload });
    while ((await conductor.depths()).some(({ waiting, inWork }) => waiting + inWork > 0)) await sleep(10);
    done.abort();
    const [byFast, bySlow] = (await Promise.all(working)) as [number[], number[]];
    await sampling;
    await watcher.close();

    assert.ok(samples > 50, `${samples} samples`);
    assert.ok(mostInLane <= SLOTS, `${mostInLane} messages in a lane`);
    assert.ok(mostInWork <= SLOTS, `${mostInWork} messages in work`);
    assert.equal(mostInLane, SLOTS, 'the lanes were full at some time');
    const all = [...byFast, ...bySlow].sort((a, b) => a - b);
    assert.deepEqual(
      all,
      Array.from({ length: FRAMES }, (_, i) => i),
    );
    for (const seen of [byFast, bySlow])
      assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
      );
    assert.ok(byFast.length > 1.5 * bySlow.length, `${byFast.length} and ${bySlow.length}`);
  });
});
