import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel, TIMED_OUT } from '../../../worker/stage/channel.ts';
import { Semaphore } from '../../../worker/stage/semaphore.ts';

test('a channel of one holds one item and makes the second putter wait', async () => {
  const channel = new Channel<number>(1);
  await channel.put(1);
  let queued = false;
  const second = channel.put(2).then(() => {
    queued = true;
  });
  await new Promise(setImmediate);
  assert.equal(queued, false);
  assert.equal(await channel.take(), 1);
  await second;
  assert.equal(await channel.take(), 2);
});

test('items leave in the order they came, with many putters waiting', async () => {
  const channel = new Channel<number>(1);
  const puts = Array.from({ length: 50 }, (_, i) => channel.put(i));
  const taken: (number | undefined)[] = [];
  for (let i = 0; i < 50; i++) taken.push(await channel.take());
  await Promise.all(puts);
  assert.deepEqual(
    taken,
    Array.from({ length: 50 }, (_, i) => i),
  );
});

test('takeWithin gives up in time and loses nothing', async () => {
  const channel = new Channel<string>(1);
  assert.equal(await channel.takeWithin(5), TIMED_OUT);
  await channel.put('late');
  assert.equal(await channel.takeWithin(5), 'late');
});

test('a closed channel gives what is queued, then undefined', async () => {
  const channel = new Channel<string>(1);
  await channel.put('last');
  channel.close();
  assert.equal(await channel.take(), 'last');
  assert.equal(await channel.take(), undefined);
});

test('closing wakes those who wait', async () => {
  const channel = new Channel<string>(1);
  const waiting = [channel.take(), channel.takeWithin(10_000)];
  channel.close();
  assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
});

test('who waits at a channel that fails gets the error, and so does who comes later', async () => {
  const empty = new Channel<number>();
  const taker = assert.rejects(empty.take(), /broken/);
  const patient = assert.rejects(empty.takeWithin(10_000), /broken/);
  empty.fail(new Error('broken'));
  await Promise.all([taker, patient]);
  await assert.rejects(empty.put(1), /broken/);

  const full = new Channel<number>(1);
  await full.put(1);
  const putter = assert.rejects(full.put(2), /broken/);
  full.fail(new Error('broken'));
  await putter;
  await assert.rejects(full.take(), /broken/);
  await assert.rejects(full.takeWithin(1), /broken/);
});

test('who waits for a place of a semaphore that fails gets the error', async () => {
  const places = new Semaphore(1);
  await places.acquire();
  const second = assert.rejects(places.acquire(), /broken/);
  places.fail(new Error('broken'));
  await second;
  places.release();
  await assert.rejects(places.acquire(), /broken/);
});
