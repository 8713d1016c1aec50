import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { FrameSchema } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import type { Bus, Lane } from '../../../worker/bus/bus.ts';
import { decodeFrame } from '../../../worker/bus/decode-message.ts';
import { MemoryHub } from '../../../worker/bus/memory-bus.ts';
import { unpackFrame } from '../../../worker/cluster/claim-check.ts';
import { CrashMarkers } from '../../../worker/stage/cluster/crash-markers.ts';
import { FrameIntake, type Ticket } from '../../../worker/stage/cluster/frame-intake.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

const LANE = { slots: 9, ackWaitMs: 1000 };
const PLACE = { pass: 0, stage: 0 };

/** Sends frames 0 … count − 1 into the lane. */
async function send(bus: Bus, count: number): Promise<void> {
  const lane = await bus.openLane('lane', LANE);
  for (let index = 0; index < count; index++) {
    const image = { place: { case: 'inline' as const, value: new Uint8Array([1]) }, sizeBytes: 1 };
    const frame = create(FrameSchema, { extraction: 'x', index, key: `${index}.jpg`, image });
    await bus.send([lane], { id: `f-${index}`, payload: toBinary(FrameSchema, frame) });
  }
}

/** A worker that takes 50 ms for a frame, and dies at once when it begins with frame 2. */
async function work(hub: MemoryHub, store: MemoryStore) {
  const bus = hub.connect('x');
  const stop = new AbortController();
  let dead = false;
  const [done, refused, together]: [number[], number[], number[]] = [[], [], []];
  const intake = new FrameIntake({
    lane: mortal(await bus.openLane('lane', LANE), () => dead),
    markers: new CrashMarkers(store, PLACE),
    crashes: 2,
    signal: stop.signal,
    unpack: async (payload) => decodeFrame(payload, 'x'),
    inputOf: () => ({ kind: 'file', path: '' }),
    onUnreadable: assert.fail,
    refuse: async ({ frame, delivery }, error) => {
      assert.equal(error.code, 'FF1012');
      refused.push(frame.index);
      await delivery.ack();
    },
  });
  const held = new Set<Ticket>();
  const finish = async (ticket: Ticket): Promise<void> => {
    await setTimeout(50);
    if (dead) return;
    held.delete(ticket);
    done.push(ticket.frame.index);
    await ticket.delivery.ack();
    await intake.settled(ticket);
  };
  const ended = (async () => {
    for await (const { ticket } of intake.frames()) {
      held.add(ticket as Ticket);
      together.push(held.size);
      dead = (ticket as Ticket).frame.index === 2;
      if (dead) return 'died';
      void finish(ticket as Ticket);
    }
    return 'stopped';
  })();
  const end = await Promise.race([ended, idle(bus, stop)]);
  if (end === 'died') hub.sever(bus);
  else {
    stop.abort();
    await ended;
    await intake.close();
    await bus.close();
  }
  return { end, done, refused, together };
}

/** A lane whose deliveries show no sign of life once the process is dead. */
function mortal(lane: Lane, dead: () => boolean): Lane {
  const { name, slots, ackWaitMs, room } = lane;
  const next: Lane['next'] = async (options) => {
    const delivery = await lane.next(options);
    return (
      delivery && {
        id: delivery.id,
        payload: delivery.payload,
        attempt: delivery.attempt,
        ack: () => delivery.ack(),
        nak: (delayMs) => delivery.nak(delayMs),
        working: () => {
          if (!dead()) delivery.working();
        },
      }
    );
  };
  return { name, slots, ackWaitMs, room, next, depth: (options) => lane.depth(options) };
}

/** Resolves when the lane has been empty, or held only what is in work, for longer than a redelivery takes. */
async function idle(bus: Bus, { signal }: AbortController): Promise<string> {
  for (let quiet = 0; quiet < 3 && !signal.aborted; ) {
    await setTimeout(600);
    const [depth] = await bus.depths();
    quiet = depth?.waiting === 0 ? quiet + 1 : 0;
  }
  return 'idle';
}

describe('frames that cannot be read', () => {
  it('are answered where they have a name, else dropped; those behind them are worked on', async () => {
    const hub = new MemoryHub();
    const bus = hub.connect('x');
    const store = new MemoryStore();
    const lane = await bus.openLane('lane', LANE);
    const image = { place: { case: 'inline' as const, value: new Uint8Array([1]) }, sizeBytes: 1 };
    const whole = { place: { case: 'reference' as const, value: { store: 'output', key: 'tmp/x/gone' } } };
    const frames = [
      { key: 'nan.jpg', image, faces: [{ box: { x: Number.NaN, y: 0, w: 1, h: 1 } }] },
      { key: 'empty.jpg' },
      { whole },
      { key: 'good.jpg', image },
    ].map((about, index) => toBinary(FrameSchema, create(FrameSchema, { extraction: 'x', index, ...about })));
    for (const [i, payload] of [Buffer.from('no frame'), ...frames].entries())
      await bus.send([lane], { id: `f-${i}`, payload });
    const refused: string[] = [];
    const unreadable: string[] = [];
    const intake = new FrameIntake({
      lane,
      markers: new CrashMarkers(store, PLACE),
      crashes: 2,
      signal: new AbortController().signal,
      unpack: (payload) => unpackFrame(payload, 'x', store),
      inputOf: () => ({ kind: 'file', path: '' }),
      refuse: async ({ frame, delivery }, { code }) => {
        refused.push(`${frame.key} ${code}`);
        await delivery.ack();
      },
      onUnreadable: ({ code }) => unreadable.push(code),
    });
    for await (const { key, ticket } of intake.frames()) {
      assert.equal(key, 'good.jpg');
      await (ticket as Ticket).delivery.ack();
      await intake.settled(ticket as Ticket);
      break;
    }
    assert.deepEqual(refused, ['nan.jpg FF6007', 'empty.jpg FF6007']);
    assert.deepEqual(unreadable, ['FF6007', 'FF6007']);
    assert.deepEqual(
      (await bus.depths()).map(({ waiting, inWork }) => waiting + inWork),
      [0],
    );
    await intake.close();
    await bus.close();
  });
});

describe('frames that kill their worker', () => {
  it('are found out alone and given up after two such deaths; the others are worked on', async () => {
    const hub = new MemoryHub();
    const store = new MemoryStore();
    await send(hub.connect('x'), 6);
    const lives = [];
    for (let life = 0; life < 4; life++) lives.push(await work(hub, store));
    assert.deepEqual(
      lives.map(({ end }) => end),
      ['died', 'died', 'died', 'idle'],
    );
    assert.deepEqual(lives[0]!.together.at(-1), 3, 'at first in company');
    for (const { together, end } of lives.slice(1))
      if (end === 'died') assert.equal(together.at(-1), 1, 'then alone');
    assert.deepEqual(
      lives.flatMap(({ refused }) => refused),
      [2],
    );
    assert.deepEqual(lives.flatMap(({ done }) => done).sort(), [0, 1, 3, 4, 5]);
    for await (const { key } of store.list('')) assert.fail(`${key} is left`);
  });

  it('count deaths only while they are alone, and a hand-back is none', async () => {
    const store = new MemoryStore();
    const markers = new CrashMarkers(store, PLACE);
    assert.equal(await markers.count(5, 2), 0);
    await markers.put(5, 1);
    await markers.put(5, 2);
    assert.equal(await markers.count(5, 2), 2);
    assert.equal(await new CrashMarkers(store, { pass: 0, stage: 1 }).count(5, 2), 0, 'of another stage');
    await markers.remove(5, 2, false);
    assert.equal(await markers.count(5, 2), 1);
    await markers.remove(5, 2, true);
    assert.equal(await markers.count(5, 2), 0);
  });
});
