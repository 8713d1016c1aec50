import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { KeyQueue } from '../../../controller/runtime/key-queue.ts';

const BACKOFF = { firstMs: 100, longestMs: 5000 };
const KEYS = ['a', 'b', 'c'];

type Step =
  | { readonly do: 'add' | 'take'; readonly key: string }
  | { readonly do: 'addAt' | 'wait'; readonly key: string; readonly ms: number }
  | {
      readonly do: 'settle';
      readonly key: string;
      readonly failed: boolean;
      readonly againMs: number | null;
    };

const key = fc.constantFrom(...KEYS);
const ms = fc.integer({ min: 0, max: 3000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add' as const, 'take' as const), key }),
  fc.record({ do: fc.constantFrom('addAt' as const, 'wait' as const), key, ms }),
  fc.record({
    do: fc.constant('settle' as const),
    key,
    failed: fc.boolean(),
    againMs: fc.option(ms, { nil: null }),
  }),
);

it('no key is in two hands, and whatever is added gets a turn after it was added', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (steps, random) => {
        const queue = new KeyQueue(BACKOFF, () => random);
        const inHand = new Set<string>();
        /** Keys that want a turn that has not begun. */
        const wanted = new Set<string>();
        let nowMs = 0;
        const take = (): string | null => {
          const taken = queue.take(nowMs);
          if (taken === null) return null;
          assert.ok(!inHand.has(taken), `${taken} is in two hands`);
          inHand.add(taken);
          wanted.delete(taken);
          return taken;
        };
        for (const each of steps) {
          if (each.do === 'add') {
            queue.add(each.key);
            wanted.add(each.key);
          } else if (each.do === 'addAt') {
            queue.addAt(each.key, nowMs + each.ms);
            wanted.add(each.key);
          } else if (each.do === 'wait') nowMs += each.ms;
          else if (each.do === 'take') take();
          else if (each.do === 'settle' && inHand.delete(each.key)) {
            const againAtMs = each.againMs === null ? null : nowMs + each.againMs;
            queue.settle(each.key, nowMs, each.failed ? { done: false } : { done: true, againAtMs });
            if (each.failed || againAtMs !== null) wanted.add(each.key);
          }
        }
        // everything that is in hand is done, and then all that is wanted comes, in bounded time
        for (const each of inHand) queue.settle(each, nowMs, { done: true, againAtMs: null });
        inHand.clear();
        nowMs += Math.max(BACKOFF.longestMs, 3000);
        for (let taken = take(); taken !== null; taken = take()) {
          queue.settle(taken, nowMs, { done: true, againAtMs: null });
          inHand.delete(taken);
        }
        assert.deepEqual([...wanted], []);
        assert.equal(queue.nextDueMs(), null);
        assert.equal(queue.waiting + queue.delayed, 0);
      },
    ),
  );
});

it('a key that is added often before its turn gets one turn', () => {
  const queue = new KeyQueue(BACKOFF, () => 0);
  for (let i = 0; i < 10; i++) queue.add('a');
  queue.addAt('a', 50);
  assert.equal(queue.take(0), 'a');
  assert.equal(queue.take(1000), null);
  queue.settle('a', 1000, { done: true, againAtMs: null });
  assert.equal(queue.take(10_000), null);
});

it('one that is added while it is worked on gets another turn', () => {
  const queue = new KeyQueue(BACKOFF, () => 0);
  queue.add('a');
  assert.equal(queue.take(0), 'a');
  queue.add('a');
  assert.equal(queue.take(0), null);
  queue.settle('a', 0, { done: true, againAtMs: 9000 });
  assert.equal(queue.take(0), 'a');
});

it('failures wait longer and longer, up to the longest, and a success forgets them', () => {
  const queue = new KeyQueue(BACKOFF, () => 0.999_999);
  const waits: number[] = [];
  let nowMs = 0;
  queue.add('a');
  for (let i = 0; i < 9; i++) {
    assert.equal(queue.take(nowMs), 'a');
    queue.settle('a', nowMs, { done: false });
    assert.equal(queue.take(nowMs), null);
    const dueMs = queue.nextDueMs()!;
    waits.push(Math.round(dueMs - nowMs));
    nowMs = dueMs;
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  assert.equal(queue.take(nowMs), 'a');
  queue.settle('a', nowMs, { done: true, againAtMs: null });
  assert.equal(queue.failures('a'), 0);
});

it('what is added during the wait after a failure comes at once', () => {
  const queue = new KeyQueue(BACKOFF, () => 0);
  queue.add('a');
  queue.take(0);
  queue.settle('a', 0, { done: false });
  queue.add('a');
  assert.equal(queue.take(0), 'a');
});
