import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillBatches } from '../../../controller/plan/model/fill-batches.ts';

const growing = fc.record({
  vramPerBatchMiB: fc.integer({ min: 1, max: 400 }),
  maxBatch: fc.integer({ min: 1, max: 10 }),
  itemSec: fc.double({ min: 0.001, max: 1, noNaN: true }),
  runSec: fc.double({ min: 0.001, max: 1, noNaN: true }),
});

test('batches fill the memory: never more, no single item more fits, and at most 5 % slower than the best', (t) => {
  let worst = 1;
  fc.assert(
    fc.property(
      fc.array(growing, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 5000 }),
      (roles, spareMiB) => {
        const withCurves = roles.map(({ vramPerBatchMiB, maxBatch, itemSec, runSec }) => ({
          vramPerBatchMiB,
          maxBatch,
          curve: Array.from({ length: maxBatch }, (_, i) => ({
            batch: i + 1,
            secPerFrame: itemSec + runSec / (i + 1),
          })),
        }));
        const usedMiB = (batches: readonly number[]) =>
          batches.reduce((sum, batch, i) => sum + (batch - 1) * roles[i]!.vramPerBatchMiB, 0);
        const sec = (batches: readonly number[]) =>
          batches.reduce((sum, batch, i) => sum + roles[i]!.itemSec + roles[i]!.runSec / batch, 0);
        const { counted, batches } = fillBatches(withCurves, spareMiB);
        assert.ok(usedMiB(batches) <= spareMiB && counted.every((batch, i) => batch <= batches[i]!));
        batches.forEach((batch, i) => {
          const more = usedMiB(batches) + roles[i]!.vramPerBatchMiB;
          assert.ok(batch === roles[i]!.maxBatch || more > spareMiB);
        });
        let best = Number.POSITIVE_INFINITY;
        const ways = roles.reduce((product, { maxBatch }) => product * maxBatch, 1);
        for (let code = 0; code < ways; code++) {
          let rest = code;
          const tried = roles.map(({ maxBatch }) => {
            const batch = (rest % maxBatch) + 1;
            rest = Math.floor(rest / maxBatch);
            return batch;
          });
          if (usedMiB(tried) <= spareMiB) best = Math.min(best, sec(tried));
        }
        worst = Math.max(worst, sec(batches) / best);
      },
    ),
    { numRuns: 2000 },
  );
  t.diagnostic(`worst ${worst.toFixed(4)} × the best`);
  assert.ok(worst <= 1.05);
});
