import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { Bus } from '../../../worker/bus/bus.ts';
import { openJetStreamBus } from '../../../worker/bus/jetstream-bus.ts';
import type { NatsSettings } from '../../../worker/bus/nats-settings.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';
import { natsSettings } from '../../servers/nats-settings.ts';
import { TcpGate } from '../../servers/tcp-gate.ts';

const SLOTS = 3;
const log = pino({ level: 'silent' });

function open(url: string, more: Partial<NatsSettings> = {}): Promise<Bus> {
  return openJetStreamBus('faults', { ...natsSettings(url), ...more }, log);
}

/**
 * Sends `count` messages while a worker takes them, and lets `disturb` do its worst in between. Ends when the lane is empty: a server that was
 * killed may have forgotten the last acks, and then delivers those messages once more.
 * @returns how often each message was worked on
 */
async function stream(
  sender: Bus,
  receiver: Bus,
  count: number,
  disturb: () => Promise<void>,
): Promise<number[]> {
  const out = await sender.openLane('lane', { slots: SLOTS, ackWaitMs: 1000 });
  const lane = await receiver.openLane('lane', { slots: SLOTS });
  const times = new Array<number>(count).fill(0);
  const stop = new AbortController();
  const done = new AbortController();
  const limit = AbortSignal.any([stop.signal, AbortSignal.timeout(60_000)]);
  const working = (async () => {
    const until = AbortSignal.any([limit, done.signal]);
    while (!done.signal.aborted) {
      const delivery = await lane.next({ signal: until }).catch((error: unknown) => {
        if (done.signal.aborted) return null;
        throw error;
      });
      if (delivery === null) return;
      times[Number(delivery.id)]! += 1;
      await sleep(2);
      await delivery.ack();
    }
  })();
  const sending = (async () => {
    for (let i = 0; i < count; i++) {
      const payload = Buffer.alloc(20_000, i);
      await sender.send([out], { id: String(i), payload }, { signal: limit });
      if (i % 40 === 20) await disturb();
    }
  })();
  const emptied = (async () => {
    await sending;
    for (;;) {
      const { waiting, inWork } = await out.depth();
      if (waiting === 0 && inWork === 0 && !times.includes(0)) break;
      await sleep(20, undefined, { signal: limit });
    }
    done.abort();
  })();
  try {
    await Promise.all([working, emptied]);
  } finally {
    stop.abort();
  }
  return times;
}

/** Nothing lost; what was in work at a disturbance may come twice. */
function nearlyOnce(times: readonly number[], disturbances: number): void {
  assert.ok(times.every((n) => n >= 1));
  const again = times.reduce((sum, n) => sum + n - 1, 0);
  assert.ok(again <= 2 * SLOTS * disturbances, `${again} again`);
}

describe('bus: faults', { skip: withoutNatsServer }, () => {
  it('a connection that breaks comes back, for sender and receiver', async () => {
    await using server = await startNatsServer();
    await using before = await TcpGate.open(server.port);
    await using after = await TcpGate.open(server.port);
    await using sender = await open(`127.0.0.1:${before.port}`);
    await using receiver = await open(`127.0.0.1:${after.port}`);
    let cuts = 0;
    const times = await stream(sender, receiver, 120, async () => {
      const gate = cuts++ % 2 === 0 ? before : after;
      gate.shut();
      await sleep(100);
      assert.equal((cuts % 2 ? sender : receiver).connected, false);
      gate.reopen();
    });
    assert.equal(cuts, 3);
    nearlyOnce(times, cuts);
  });

  for (const how of ['stop', 'kill'] as const) {
    it(`a server that is restarted (${how}) keeps its lanes`, async () => {
      await using server = await startNatsServer();
      await using sender = await open(server.url);
      await using receiver = await open(server.url);
      let restarts = 0;
      const times = await stream(sender, receiver, 100, async () => {
        restarts += 1;
        await server[how]();
        await sleep(50);
        await server.start();
      });
      assert.equal(restarts, 2);
      nearlyOnce(times, restarts);
    });
  }

  it('everything waits in a lane while the server is away', async () => {
    await using server = await startNatsServer();
    await using bus = await open(server.url);
    const lane = await bus.openLane('lane', { slots: SLOTS });
    await bus.send([lane], { id: 'before', payload: Buffer.from('x') });
    await server.kill();
    while (bus.connected) await sleep(5);
    assert.ok(bus.maxPayloadBytes > 8_000_000, 'still known');
    const [opening, sending, receiving] = [
      bus.openLane('other', { slots: SLOTS }),
      bus.send([lane], { id: 'during', payload: Buffer.from('y') }),
      lane.next(),
    ];
    await sleep(200);
    await server.start();
    assert.equal((await opening).name, 'other');
    assert.equal((await sending).duplicate, false);
    const first = await receiving;
    assert.equal(first?.id, 'before');
    assert.equal(await first.ack(), true);
    assert.equal((await lane.next())?.id, 'during');
  });

  it('a worker killed with -9: its messages go to the one that takes its place', async () => {
    await using server = await startNatsServer();
    await using bus = await open(server.url);
    const out = await bus.openLane('lane', { slots: SLOTS, ackWaitMs: 1000 });
    const file = new URL('./lane-worker.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [file, server.url, 'faults', 'lane', String(SLOTS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for (const id of ['a', 'b', 'c']) await bus.send([out], { id, payload: Buffer.from(id) });
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said === 'a\nb\nc\n') break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    await using successor = await open(server.url);
    const lane = await successor.openLane('lane', { slots: SLOTS });
    const ids = new Set<string>();
    while (ids.size < 3) {
      const delivery = await lane.next({ signal: AbortSignal.timeout(15_000) });
      assert.ok(delivery);
      assert.equal(Buffer.from(delivery.payload).toString(), delivery.id);
      ids.add(delivery.id);
      await delivery.ack();
    }
    assert.deepEqual(await out.depth(), { lane: 'lane', slots: SLOTS, waiting: 0, inWork: 0 });
  });

  it('a server that forgot the lanes ends them', async () => {
    await using server = await startNatsServer();
    await using bus = await open(server.url, { storage: 'memory' });
    const lane = await bus.openLane('lane', { slots: SLOTS });
    const out = await bus.openLane('out', { slots: SLOTS });
    const receiving = lane.next();
    receiving.catch(() => {});
    await bus.send([out], { id: 'a', payload: Buffer.from('a') });
    await server.kill();
    await server.start();
    await assert.rejects(receiving, failsWith('FF6006', 'lane'));
    await assert.rejects(bus.send([out], { id: 'b', payload: Buffer.from('b') }), failsWith('FF6006', 'out'));
  });

  it('gives up when the server stays away, and says so everywhere', async () => {
    await using server = await startNatsServer();
    await using bus = await open(server.url, { giveUpAfterMs: 600 });
    const lane = await bus.openLane('lane', { slots: 2 });
    for (const id of ['a', 'b']) await bus.send([lane], { id, payload: Buffer.from(id) });
    const delivery = await lane.next();
    assert.ok(delivery);
    const empty = await bus.openLane('empty', { slots: 2 });
    const sending = bus.send([lane], { id: 'c', payload: Buffer.from('c') });
    const receiving = empty.next();
    await server.kill();
    while (bus.connected) await sleep(5);
    const waiting = [sending, receiving, bus.depths()];
    const unreachable = failsWith('FF6001', `127.0.0.1:${server.port}`);
    for (const work of waiting) await assert.rejects(work, unreachable);
    assert.ok(unreachable(await bus.ended));
    assert.equal(await delivery.ack(), false);
    delivery.nak();
    delivery.working();
    await assert.rejects(lane.next(), unreachable);
    await assert.rejects(bus.openLane('x', { slots: 2 }), unreachable);
    bus.announce('status', Buffer.from('x'));
  });
});

describe('bus: a server that cannot serve', { skip: withoutNatsServer }, () => {
  const folder = scratch();

  it('is not there: FF6001 after trying for a while; there in time: connected', async () => {
    await using server = await startNatsServer();
    await server.kill();
    const startMs = Date.now();
    await assert.rejects(
      open(server.url, { connectWithinMs: 700 }),
      failsWith('FF6001', String(server.port)),
    );
    assert.ok(Date.now() - startMs >= 700 && Date.now() - startMs < 10_000);
    const opening = open(server.url, { connectWithinMs: 20_000 });
    await sleep(300);
    await server.start();
    await (await opening).close();
    const stop = new AbortController();
    await server.kill();
    const aborted = openJetStreamBus('faults', natsSettings(server.url), log, stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await assert.rejects(aborted, { message: 'enough' });
  });

  it('has no JetStream: FF6008', async () => {
    await using server = await startNatsServer({ jetstream: false });
    await assert.rejects(open(server.url, { connectWithinMs: 300 }), failsWith('FF6008', 'JetStream'));
  });

  it('has too few servers for the replicas: FF6008', async () => {
    await using server = await startNatsServer();
    await using bus = await open(server.url, { replicas: 3 });
    await assert.rejects(bus.openLane('lane', { slots: 2 }), failsWith('FF6008', 'lane'));
  });

  it('has too little storage: FF6008', async () => {
    await using small = await startNatsServer({
      jetstream: false,
      config: `jetstream { store_dir: ${JSON.stringify(folder)}, max_file: 300KB, max_mem: 1MB }`,
    });
    await using bus = await open(small.url);
    const lane = await bus.openLane('lane', { slots: 5 });
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) await bus.send([lane], { id: String(i), payload: Buffer.alloc(100_000) });
    };
    await assert.rejects(fill(), failsWith('FF6008', 'lane'));
  });

  it('takes smaller messages: FF6005 before anything is sent', async () => {
    await using server = await startNatsServer({ maxPayloadBytes: 64 * 1024 });
    await using bus = await open(server.url);
    assert.ok(bus.maxPayloadBytes > 60_000 && bus.maxPayloadBytes < 64 * 1024);
    const lane = await bus.openLane('lane', { slots: 2 });
    const id = 'i'.repeat(255);
    await bus.send([lane], { id, payload: Buffer.alloc(bus.maxPayloadBytes) });
    const payload = Buffer.alloc(bus.maxPayloadBytes + 1);
    await assert.rejects(bus.send([lane], { id: 'large', payload }), failsWith('FF6005', 'large'));
  });
});
