import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DebouncedRun } from '../../../controller/runtime/debounced-run.ts';
import { WorkLoop } from '../../../controller/runtime/work-loop.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

const backoff = { firstMs: 10, longestMs: 40 };

it('works on several keys at a time, on each by one hand, and never on more than it may', async () => {
  const inHand = new Set<string>();
  const done = new Map<string, number>();
  let most = 0;
  const loop = new WorkLoop({
    parallel: 3,
    backoff,
    onFailure: () => {},
    async work(key) {
      assert.ok(!inHand.has(key), `${key} is in two hands`);
      inHand.add(key);
      most = Math.max(most, inHand.size);
      await sleep(1);
      inHand.delete(key);
      done.set(key, (done.get(key) ?? 0) + 1);
      return null;
    },
  });
  for (let i = 0; i < 10; i++) loop.add(`k${i}`);
  assert.equal(done.size + inHand.size, 0, 'nothing begins before the start');
  loop.start();
  for (let i = 0; i < 200; i++) {
    loop.add(`k${i % 10}`);
    if (i % 20 === 0) await sleep(1);
  }
  await waitUntil('all done', () => loop.waiting + loop.working === 0);
  assert.equal(most, 3);
  assert.equal(done.size, 10);
  await loop.stop();
});

it('what fails is tried again until it succeeds; what asks for it gets another turn later', async () => {
  const failures: number[] = [];
  let turns = 0;
  const loop = new WorkLoop({
    parallel: 1,
    backoff,
    onFailure: (_key, _error, count) => failures.push(count),
    async work() {
      turns += 1;
      if (turns < 4) throw new Error('not yet');
      return turns < 6 ? 5 : null;
    },
  });
  loop.start();
  loop.add('a');
  await waitUntil('six turns', () => turns === 6);
  assert.deepEqual(failures, [1, 2, 3]);
  await sleep(60);
  assert.equal(turns, 6, 'an idle loop does nothing');
  assert.equal(loop.delayed, 0);
  await loop.stop();
});

it('stop waits for what is in hand and takes nothing more', async () => {
  const begun: string[] = [];
  const finish = Promise.withResolvers<void>();
  const loop = new WorkLoop({
    parallel: 1,
    backoff,
    onFailure: () => {},
    async work(key) {
      begun.push(key);
      await finish.promise;
      return null;
    },
  });
  loop.start();
  loop.add('a');
  loop.add('b');
  await waitUntil('a to begin', () => begun.length === 1);
  let stopped = false;
  const stopping = loop.stop().then(() => {
    stopped = true;
  });
  await sleep(20);
  assert.equal(stopped, false);
  finish.resolve();
  await stopping;
  await sleep(20);
  assert.deepEqual(begun, ['a']);
});

it('many requests make one run, those during a run one more, and runs never overlap', async () => {
  let running = 0;
  let runs = 0;
  let failures = 0;
  const run = new DebouncedRun({
    afterMs: 5,
    onFailure: () => {
      failures += 1;
    },
    async run() {
      running += 1;
      assert.equal(running, 1);
      runs += 1;
      await sleep(10);
      running -= 1;
    },
  });
  for (let i = 0; i < 100; i++) run.request();
  await sleep(20);
  assert.equal(runs, 0, 'nothing runs before the start');
  run.start();
  await waitUntil('the run', () => running === 1);
  for (let i = 0; i < 100; i++) run.request();
  await waitUntil('the second run', () => runs === 2 && running === 0);
  await sleep(60);
  assert.equal(runs, 2, 'nobody asked for more');
  assert.equal(failures, 0);
  run.request();
  await run.stop();
  assert.equal(running, 0);
  assert.equal(runs, 2);
  run.start();
  await waitUntil('what was asked for before it stopped', () => runs === 3);
  await run.stop();
});

it('of the time a quarter at most goes into runs, also when each is asked for after the one before', async () => {
  const runs: { readonly startMs: number; readonly endMs: number }[] = [];
  const run = new DebouncedRun({
    afterMs: 1,
    onFailure: (error) => assert.fail(String(error)),
    async run() {
      const startMs = performance.now();
      await sleep(20);
      runs.push({ startMs, endMs: performance.now() });
    },
  });
  run.start();
  for (let count = 1; count <= 3; count++) {
    run.request();
    await waitUntil(`run ${count}`, () => runs.length === count);
  }
  await run.stop();
  for (const [i, { startMs, endMs }] of runs.slice(0, -1).entries()) {
    const restMs = runs[i + 1]!.startMs - endMs;
    // timers may come a little early
    assert.ok(restMs >= 3 * (endMs - startMs) - 5, `${restMs} ms after a run of ${endMs - startMs} ms`);
  }
});

it('a run that stops when it is told to is run anew after the next start, and is no failure', async () => {
  let runs = 0;
  const failures: unknown[] = [];
  const run = new DebouncedRun({
    afterMs: 1,
    onFailure: (error) => failures.push(error),
    async run(signal) {
      runs += 1;
      if (runs === 1) await sleep(60_000, undefined, { signal });
    },
  });
  run.request();
  run.start();
  await waitUntil('the run', () => runs === 1);
  await run.stop();
  run.start();
  await waitUntil('the second run', () => runs === 2);
  await run.stop();
  assert.deepEqual(failures, []);
});
