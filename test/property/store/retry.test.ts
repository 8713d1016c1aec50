import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_RETRY, retried, retryDelayMs } from '../../../worker/store/retry.ts';

const policy = fc.record({
  attempts: fc.integer({ min: 1, max: 20 }),
  baseDelayMs: fc.integer({ min: 0, max: 1000 }),
  maxDelayMs: fc.integer({ min: 0, max: 60_000 }),
});
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('delays stay within their ceiling, which doubles, and heed the server up to the limit', () => {
  fc.assert(
    fc.property(
      policy,
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 0, max: 1e9 }),
      random,
      (p, failures, asked, r) => {
        const delay = retryDelayMs(p, failures, asked, r);
        assert.ok(delay >= 0 && delay <= p.maxDelayMs);
        assert.ok(delay >= Math.min(asked, p.maxDelayMs));
        if (failures < 30) {
          const ceiling = Math.min(p.baseDelayMs * 2 ** (failures - 1), p.maxDelayMs);
          assert.equal(retryDelayMs(p, failures, 0, r), ceiling * r);
        }
      },
    ),
  );
});

test('the default gives up after 35 seconds at most', () => {
  let totalMs = 0;
  for (let failures = 1; failures < DEFAULT_RETRY.attempts; failures++) {
    totalMs += retryDelayMs(DEFAULT_RETRY, failures, 0, 0.999999);
  }
  assert.ok(totalMs > 30_000 && totalMs < 35_000, `${totalMs} ms`);
});

test('tries as often as allowed, passes the last failure on, and stops at one that is final', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 10 }),
      fc.option(fc.integer({ min: 1, max: 10 })),
      async (attempts, failing, finalAt) => {
        const numbers: number[] = [];
        const outcome = await retried(
          async (number) => {
            numbers.push(number);
            if (number <= failing) throw number;
            return 'done';
          },
          {
            policy: { attempts, baseDelayMs: 0, maxDelayMs: 0 },
            judge: (error) => (error === finalAt ? null : 0),
          },
        ).catch((error: unknown) => error);
        const last = Math.min(attempts, failing + 1, finalAt ?? 99);
        assert.deepEqual(
          numbers,
          Array.from({ length: last }, (_, i) => i + 1),
        );
        assert.equal(outcome, last > failing ? 'done' : last);
      },
    ),
  );
});
