import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillBatches } from '../../../controller/plan/model/fill-batches.ts';
import { casesOf } from '../../fixtures/only-in-full.ts';

const growing = (least: number, most: number) =>
  fc.record({
    vramPerBatchMiB: fc.integer({ min: 1, max: 400 }),
    maxBatch: fc.integer({ min: least, max: most }),
    itemSec: fc.double({ min: 0.001, max: 1, noNaN: true }),
    runSec: fc.double({ min: 0.001, max: 1, noNaN: true }),
  });

type Growing = typeof growing extends (...args: never[]) => fc.Arbitrary<infer T> ? T : never;

/** The time of the planner's batches relative to the best; checks that they fit and that nothing more would. */
function timesTheBest(roles: readonly Growing[], spareMiB: number): number {
  const withCurves = roles.map(({ vramPerBatchMiB, maxBatch, itemSec, runSec }) => ({
    vramPerBatchMiB,
    maxBatch,
    curve: Array.from({ length: maxBatch }, (_, i) => ({
      batch: i + 1,
      secPerFrame: itemSec + runSec / (i + 1),
    })),
  }));
  const { counted, batches } = fillBatches(withCurves, spareMiB);
  const usedMiB = batches.reduce((sum, batch, i) => sum + (batch - 1) * roles[i]!.vramPerBatchMiB, 0);
  assert.ok(usedMiB <= spareMiB && counted.every((batch, i) => batch <= batches[i]!));
  batches.forEach((batch, i) => {
    assert.ok(batch === roles[i]!.maxBatch || usedMiB + roles[i]!.vramPerBatchMiB > spareMiB);
  });
  let best = Number.POSITIVE_INFINITY;
  const next = (i: number, leftMiB: number, sec: number): void => {
    if (i === roles.length) best = Math.min(best, sec);
    else {
      for (const { batch, secPerFrame } of withCurves[i]!.curve) {
        const restMiB = leftMiB - (batch - 1) * roles[i]!.vramPerBatchMiB;
        if (restMiB < 0) break;
        next(i + 1, restMiB, sec + secPerFrame);
      }
    }
  };
  next(0, spareMiB, 0);
  return counted.reduce((sum, batch, i) => sum + withCurves[i]!.curve[batch - 1]!.secPerFrame, 0) / best;
}

test('batches fill the memory: never more, no single item more fits; the fastest of all when they are few', () => {
  const few = fc.array(growing(1, 10), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(few, fc.integer({ min: 0, max: 5000 }), (roles, spareMiB) => {
      assert.ok(timesTheBest(roles, spareMiB) <= 1 + 1e-9);
    }),
    { numRuns: casesOf(5000) },
  );
});

test('with many combinations they are near the best', (t) => {
  let worst = 1;
  const many = fc.array(growing(17, 20), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(many, fc.integer({ min: 0, max: 15_000 }), (roles, spareMiB) => {
      worst = Math.max(worst, timesTheBest(roles, spareMiB));
    }),
    { numRuns: 200, seed: 7 },
  );
  t.diagnostic(`worst ${worst.toFixed(4)} × the best`);
  assert.ok(worst <= 1.05);
});
