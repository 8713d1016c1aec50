import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel, TIMED_OUT } from '../../../worker/stage/channel.ts';

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
