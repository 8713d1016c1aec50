import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, Delivery, Lane } from '../../worker/bus/bus.ts';
import { failsWith } from '../fixtures/fails-with.ts';

/** A bus under test, to which any number of ends connect as if each were a process. */
export interface BusUnderTest {
  connect(extraction: string): Promise<Bus>;
  /** Cuts an end off as the death of its process would: nothing is handed back. */
  sever(bus: Bus): Promise<void>;
  close(): Promise<void>;
}

const ACK_WAIT_MS = 1000;
/** Later than the loss of a delivery is noticed, by far. */
const LATE_MS = 10_000;

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (delivery: Delivery): string => Buffer.from(delivery.payload).toString();

let uids = 0;
/** No test sees another's lanes. */
const uid = (): string => `test-${process.pid}-${++uids}`;

/** Sends `from`..`to` - 1, one after the other. */
async function sendAll(bus: Bus, lanes: readonly Lane[], from: number, to: number): Promise<string[]> {
  const names: string[] = [];
  for (let i = from; i < to; i++)
    names.push((await bus.send(lanes, { id: `m-${i}`, payload: bytes(`${i}`) })).lane);
  return names;
}

/** The next message; fails instead of hanging. */
async function take(lane: Lane, limitMs = LATE_MS): Promise<Delivery> {
  const delivery = await lane.next({ signal: AbortSignal.timeout(limitMs) });
  assert.ok(delivery, 'the bus is closed');
  return delivery;
}

async function nothingComes(lane: Lane, forMs: number): Promise<void> {
  await assert.rejects(lane.next({ signal: AbortSignal.timeout(forMs) }), { name: 'TimeoutError' });
}

async function isPending(work: Promise<unknown>, forMs = 150): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([work, sleep(forMs, pending)])) === pending;
}

/** What every Bus does. An adapter's test calls this with a way to make one. */
export function busSuite(
  name: string,
  open: () => Promise<BusUnderTest>,
  skip: string | false = false,
): void {
  describe(`bus: ${name}`, { skip }, () => {
    let under: BusUnderTest;
    const open_: Bus[] = [];
    /** A conductor's and a worker's end of a new extraction. */
    const pair = async (): Promise<[Bus, Bus, string]> => {
      const extraction = uid();
      return [await connect(extraction), await connect(extraction), extraction];
    };
    const connect = async (extraction: string): Promise<Bus> => {
      const bus = await under.connect(extraction);
      open_.push(bus);
      return bus;
    };
    before(async () => {
      under = await open();
    });
    after(async () => {
      await Promise.all(open_.map((bus) => bus.close()));
      await under?.close();
    });

    it('passes messages on in order, with their ids and bytes', async () => {
      const [conductor, worker] = await pair();
      const out = await conductor.openLane('lane-0', { slots: 3 });
      const lane = await worker.openLane('lane-0', { slots: 3 });
      const sending = sendAll(conductor, [out], 0, 60);
      for (let i = 0; i < 60; i++) {
        const delivery = await take(lane);
        assert.deepEqual([delivery.id, text(delivery), delivery.attempt], [`m-${i}`, `${i}`, 1]);
        assert.equal(await delivery.ack(), true);
      }
      await sending;
      assert.deepEqual(await lane.depth(), { lane: 'lane-0', slots: 3, waiting: 0, inWork: 0 });
    });

    it('keeps bytes exactly, from none to many', async () => {
      const [conductor, worker] = await pair();
      const lane = await worker.openLane('bytes', { slots: 4 });
      const out = await conductor.openLane('bytes', { slots: 4 });
      const largest = Math.min(conductor.maxPayloadBytes, 5_000_000);
      for (const size of [0, 1, 255, 70_000, largest]) {
        const payload = new Uint8Array(size).map((_, i) => i * 7);
        const copy = Uint8Array.from(payload);
        await conductor.send([out], { id: `${size}`, payload });
        payload.fill(0);
        const delivery = await take(lane);
        assert.ok(Buffer.from(copy).equals(delivery.payload), `${size} bytes`);
        await delivery.ack();
      }
    });

    it('a sender waits while the lane holds its slots, and goes on at an ack', async () => {
      const [conductor, worker] = await pair();
      const out = await conductor.openLane('full', { slots: 3 });
      const lane = await worker.openLane('full', { slots: 3 });
      await sendAll(conductor, [out], 0, 3);
      assert.equal(out.room, 0);
      const fourth = conductor.send([out], { id: 'm-3', payload: bytes('3') });
      assert.ok(await isPending(fourth));
      const first = await take(lane);
      // delivered is not done: it keeps its place
      assert.ok(await isPending(fourth));
      first.working();
      assert.ok(await isPending(fourth));
      const depth = await lane.depth();
      assert.equal(depth.waiting + depth.inWork, 3);
      await first.ack();
      assert.deepEqual(await fourth, { lane: 'full', duplicate: false });
    });

    it('an aborted wait for room or for a message ends with the reason and takes nothing', async () => {
      const [conductor, worker] = await pair();
      const out = await conductor.openLane('abort', { slots: 2 });
      const lane = await worker.openLane('abort', { slots: 2 });
      const reason = new Error('enough');
      const stop = new AbortController();
      const waiting = lane.next({ signal: stop.signal });
      assert.ok(await isPending(waiting, 50));
      stop.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      await assert.rejects(lane.next({ signal: stop.signal }), (error) => error === reason);
      await sendAll(conductor, [out], 0, 2);
      const stopSend = new AbortController();
      const sending = conductor.send([out], { id: 'x', payload: bytes('x') }, { signal: stopSend.signal });
      assert.ok(await isPending(sending, 50));
      stopSend.abort(reason);
      await assert.rejects(sending, (error) => error === reason);
      for (const expected of ['0', '1']) {
        const delivery = await take(lane);
        assert.equal(text(delivery), expected);
        await delivery.ack();
      }
      await nothingComes(lane, 200);
      await conductor.send([out], { id: 'y', payload: bytes('y') });
      assert.equal(text(await take(lane)), 'y');
    });

    it('many waiting receivers of one lane get a message each, in turn', async () => {
      const [conductor, worker] = await pair();
      const lane = await worker.openLane('turn', { slots: 6 });
      const taking = Array.from({ length: 5 }, () => take(lane));
      await sendAll(conductor, [await conductor.openLane('turn', { slots: 6 })], 0, 5);
      const got = await Promise.all(taking);
      assert.deepEqual(got.map(text), ['0', '1', '2', '3', '4']);
      await Promise.all(got.map((delivery) => delivery.ack()));
    });

    it('nak brings a message back at once, or after a delay, with its attempts counted', async () => {
      const [conductor, worker] = await pair();
      const lane = await worker.openLane('nak', { slots: 2 });
      await sendAll(conductor, [await conductor.openLane('nak', { slots: 2 })], 0, 1);
      const first = await take(lane);
      first.nak();
      const second = await take(lane);
      assert.deepEqual([second.id, second.attempt], ['m-0', 2]);
      const startMs = Date.now();
      second.nak(400);
      const third = await take(lane);
      assert.ok(Date.now() - startMs >= 390, `after ${Date.now() - startMs} ms`);
      assert.equal(third.attempt, 3);
      assert.equal(await third.ack(), true);
      await nothingComes(lane, 200);
    });

    it('settling twice does no harm', async () => {
      const [conductor, worker] = await pair();
      const lane = await worker.openLane('twice', { slots: 2 });
      const out = await conductor.openLane('twice', { slots: 2 });
      await sendAll(conductor, [out], 0, 2);
      const first = await take(lane);
      await first.ack();
      await first.ack();
      first.nak();
      first.working();
      const second = await take(lane);
      assert.equal(text(second), '1');
      second.nak();
      await second.ack();
      const again = await take(lane);
      assert.deepEqual([text(again), again.attempt], ['1', 2]);
      await again.ack();
      assert.equal((await lane.depth()).inWork, 0);
    });

    it('a dead worker: its messages go to the next one', async () => {
      const [conductor, dying, extraction] = await pair();
      const out = await conductor.openLane('dead', { slots: 3, ackWaitMs: ACK_WAIT_MS });
      await sendAll(conductor, [out], 0, 3);
      const theirs = await dying.openLane('dead', { slots: 3 });
      assert.equal(text(await take(theirs)), '0');
      assert.equal(text(await take(theirs)), '1');
      await under.sever(dying);
      const next = await connect(extraction);
      const lane = await next.openLane('dead', { slots: 3 });
      const startMs = Date.now();
      const seen: string[] = [];
      while (seen.length < 3) {
        const delivery = await take(lane);
        seen.push(text(delivery));
        await delivery.ack();
      }
      assert.deepEqual(seen.sort(), ['0', '1', '2']);
      assert.ok(Date.now() - startMs < LATE_MS);
      await nothingComes(lane, 200);
    });

    it('working keeps a message for longer than the ack wait; silence gives it to another worker', async () => {
      const [conductor, slow, extraction] = await pair();
      const out = await conductor.openLane('slow', { slots: 2, ackWaitMs: ACK_WAIT_MS });
      const lane = await slow.openLane('slow', { slots: 2, ackWaitMs: ACK_WAIT_MS });
      await sendAll(conductor, [out], 0, 1);
      const delivery = await take(lane);
      const other = await connect(extraction);
      const otherLane = await other.openLane('slow', { slots: 2 });
      const beat = setInterval(() => delivery.working(), ACK_WAIT_MS / 4);
      await nothingComes(otherLane, 2.5 * ACK_WAIT_MS);
      clearInterval(beat);
      // the slow worker does not wait for messages now, so that the other one gets it
      const lost = await take(otherLane);
      assert.deepEqual([lost.id, lost.attempt > 1], ['m-0', true]);
      assert.equal(await lost.ack(), true);
      // a late ack of the slow worker is no harm
      await delivery.ack();
      await nothingComes(otherLane, 1.5 * ACK_WAIT_MS);
    });

    it('messages that wait in the receiver do not count as lost', async () => {
      const [conductor, worker] = await pair();
      const out = await conductor.openLane('ahead', { slots: 4, ackWaitMs: ACK_WAIT_MS });
      const lane = await worker.openLane('ahead', { slots: 4, ackWaitMs: ACK_WAIT_MS });
      await sendAll(conductor, [out], 0, 4);
      const first = await take(lane);
      const beat = setInterval(() => first.working(), ACK_WAIT_MS / 4);
      await sleep(2.5 * ACK_WAIT_MS);
      clearInterval(beat);
      await first.ack();
      for (const expected of ['1', '2', '3']) {
        const delivery = await take(lane);
        assert.deepEqual([text(delivery), delivery.attempt], [expected, 1]);
        await delivery.ack();
      }
    });

    it('takes an id once', async () => {
      const [conductor, worker] = await pair();
      const lane = await worker.results();
      const results = await conductor.results();
      const message = { id: 'pass-0-frame-7', payload: bytes('7') };
      assert.deepEqual(await worker.send([lane], message), { lane: 'results', duplicate: false });
      assert.deepEqual(await worker.send([lane], message), { lane: 'results', duplicate: true });
      const delivery = await take(results);
      await delivery.ack();
      assert.equal((await conductor.send([results], message)).duplicate, true);
      await nothingComes(results, 200);
    });

    it('senders choose the lane with the most room, and only wait when none has any', async () => {
      const [conductor, worker] = await pair();
      const small = await conductor.openLane('small', { slots: 2 });
      const large = await conductor.openLane('large', { slots: 5 });
      const names = await sendAll(conductor, [small, large], 0, 7);
      assert.equal(names.filter((lane) => lane === 'large').length, 5);
      assert.deepEqual(names.slice(0, 3), ['large', 'large', 'large']);
      const eighth = conductor.send([small, large], { id: 'm-7', payload: bytes('7') });
      assert.ok(await isPending(eighth));
      await (await take(await worker.openLane('small', { slots: 2 }))).ack();
      assert.equal((await eighth).lane, 'small');
    });

    it('several senders share a lane without loss and without more than its slots', async () => {
      const [conductor, worker, extraction] = await pair();
      const lane = await worker.openLane('shared', { slots: 4 });
      const senders = [conductor, await connect(extraction), await connect(extraction)];
      const sending = senders.map(async (bus, s) => {
        const out = await bus.openLane('shared', { slots: 4 });
        for (let i = 0; i < 30; i++) await bus.send([out], { id: `${s}-${i}`, payload: bytes(`${s} ${i}`) });
      });
      const last = [-1, -1, -1];
      let most = 0;
      for (let n = 0; n < 90; n++) {
        const delivery = await take(lane);
        const [s, i] = text(delivery).split(' ').map(Number) as [number, number];
        assert.equal(i, last[s]! + 1, `sender ${s} in order`);
        last[s] = i;
        const { waiting, inWork } = await lane.depth();
        most = Math.max(most, waiting + inWork);
        await delivery.ack();
      }
      await Promise.all(sending);
      assert.ok(most <= 4, `${most} messages`);
    });

    it('concurrent sends of one process to one lane keep their order', async () => {
      const [conductor, worker] = await pair();
      const out = await conductor.openLane('burst', { slots: 3 });
      const lane = await worker.openLane('burst', { slots: 3 });
      const sending = Array.from({ length: 30 }, (_, i) =>
        conductor.send([out], { id: `${i}`, payload: bytes(`${i}`) }),
      );
      for (let i = 0; i < 30; i++) {
        const delivery = await take(lane);
        assert.equal(text(delivery), `${i}`);
        await delivery.ack();
      }
      await Promise.all(sending);
    });

    it('extractions never meet', async () => {
      const [one] = await pair();
      const [other] = await pair();
      const mine = await one.openLane('lane-0', { slots: 2 });
      const theirs = await other.openLane('lane-0', { slots: 2 });
      await one.send([mine], { id: 'a', payload: bytes('a') });
      await nothingComes(theirs, 200);
      assert.deepEqual(
        (await other.depths()).map(({ waiting }) => waiting),
        [0],
      );
      await other.removeAll();
      assert.equal(text(await take(mine)), 'a');
    });

    it('says how full every lane is', async () => {
      const [conductor, worker] = await pair();
      const lanes = await Promise.all(['b', 'a'].map((lane) => conductor.openLane(lane, { slots: 3 })));
      await sendAll(conductor, [lanes[0]!], 0, 2);
      assert.deepEqual(
        (await worker.depths()).map(({ lane, slots, waiting, inWork }) => [lane, slots, waiting + inWork]),
        [
          ['a', 3, 0],
          ['b', 3, 2],
        ],
      );
    });

    it('a lane keeps its slots, whoever opens it again', async () => {
      const [conductor, worker] = await pair();
      const both = await Promise.all([
        conductor.openLane('same', { slots: 4 }),
        worker.openLane('same', { slots: 4 }),
      ]);
      assert.deepEqual(
        both.map(({ slots }) => slots),
        [4, 4],
      );
      await assert.rejects(worker.openLane('same', { slots: 5 }), failsWith('FF6004', 'same', '4', '5'));
      await conductor.removeLane('same');
      assert.equal((await worker.openLane('same', { slots: 5 })).slots, 5);
    });

    it('refuses names, slots, ids and payloads that cannot be', async () => {
      const [conductor] = await pair();
      for (const bad of ['', 'A', 'a.b', 'a b', '*', '>', 'a_b', 'ä', 'x'.repeat(65)]) {
        await assert.rejects(conductor.openLane(bad, { slots: 2 }), failsWith('FF6004'), bad);
      }
      for (const slots of [0, 1, 1.5, -3, Number.NaN, 10_001]) {
        await assert.rejects(conductor.openLane('a', { slots }), failsWith('FF6004'), String(slots));
      }
      await assert.rejects(conductor.openLane('a', { slots: 2, ackWaitMs: 10 }), failsWith('FF6004'));
      const lane = await conductor.openLane('a', { slots: 2 });
      for (const id of ['', 'a b', 'a\r\nb', 'ä', 'x'.repeat(256)]) {
        await assert.rejects(conductor.send([lane], { id, payload: bytes('') }), failsWith('FF6005'));
      }
      const payload = new Uint8Array(conductor.maxPayloadBytes + 1);
      await assert.rejects(conductor.send([lane], { id: 'a', payload }), failsWith('FF6005', 'a'));
      await assert.rejects(conductor.send([], { id: 'a', payload: bytes('') }), failsWith('FF6006'));
      for (const bad of ['', 'a.b', 'a_b', 'x'.repeat(65), 'a b'])
        await assert.rejects(under.connect(bad), failsWith('FF6009'));
    });

    it('a lane that is removed ends its receivers and senders', async () => {
      const [conductor, worker] = await pair();
      const out = await conductor.openLane('gone', { slots: 2 });
      const spare = await conductor.openLane('spare', { slots: 2 });
      const lane = await worker.openLane('gone', { slots: 2 });
      await sendAll(conductor, [out], 0, 2);
      await (await take(lane)).working();
      await take(lane);
      const receiving = lane.next();
      const sending = conductor.send([out], { id: 'late', payload: bytes('late') });
      receiving.catch(() => {});
      sending.catch(() => {});
      await sleep(50);
      await worker.removeLane('gone');
      await worker.removeLane('gone');
      await assert.rejects(receiving, failsWith('FF6006', 'gone'));
      await assert.rejects(sending, failsWith('FF6006', 'gone'));
      await assert.rejects(lane.depth(), failsWith('FF6006', 'gone'));
      assert.equal((await conductor.send([out, spare], { id: 'a', payload: bytes('a') })).lane, 'spare');
      const fresh = await worker.openLane('gone', { slots: 2 });
      await conductor.send([await conductor.openLane('gone', { slots: 2 })], {
        id: 'm-0',
        payload: bytes('new'),
      });
      assert.equal(text(await take(fresh)), 'new');
    });

    it('close hands back at once what is not settled, and ends what waits', async () => {
      const [conductor, worker, extraction] = await pair();
      const out = await conductor.openLane('close', { slots: 3 });
      const lane = await worker.openLane('close', { slots: 3 });
      await sendAll(conductor, [out], 0, 3);
      await (await take(lane)).ack();
      await take(lane);
      const results = await worker.results();
      const receiving = results.next();
      const full = await worker.openLane('full', { slots: 2 });
      await sendAll(worker, [full], 0, 2);
      const sending = worker.send([full], { id: 'late', payload: bytes('late') });
      sending.catch(() => {});
      await sleep(50);
      const startMs = Date.now();
      await Promise.all([worker.close(), worker.close()]);
      assert.equal(await receiving, null);
      assert.equal(await lane.next(), null);
      await assert.rejects(sending, failsWith('FF6003'));
      await assert.rejects(worker.send([full], { id: 'x', payload: bytes('') }), failsWith('FF6003'));
      await assert.rejects(worker.openLane('x', { slots: 2 }), failsWith('FF6003'));
      await assert.rejects(worker.depths(), failsWith('FF6003'));
      assert.equal(await worker.ended, null);
      assert.equal(worker.connected, false);
      const next = await (await connect(extraction)).openLane('close', { slots: 3 });
      const again = [await take(next), await take(next)];
      assert.deepEqual(again.map(text), ['1', '2']);
      assert.ok(Date.now() - startMs < 5000, `${Date.now() - startMs} ms`);
    });

    it('announcements reach who listens, and nobody else', async () => {
      const [conductor, worker] = await pair();
      const [stranger] = await pair();
      const stop = new AbortController();
      const heard: string[] = [];
      const listening = [conductor, stranger].map(async (bus) => {
        for await (const payload of bus.listen('status', { signal: stop.signal })) {
          heard.push(`${bus === conductor} ${Buffer.from(payload)}`);
        }
      });
      // a subscription takes a moment; announcements are made again and again
      for (let i = 0; i < 100 && heard.length < 3; i++) {
        worker.announce('status', bytes('ready'));
        worker.announce('other', bytes('no'));
        await sleep(20);
      }
      stop.abort();
      await Promise.all(listening);
      assert.ok(heard.length >= 3);
      assert.deepEqual([...new Set(heard)], ['true ready']);
    });
  });
}
