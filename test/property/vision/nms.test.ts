import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nms, type Scored, votingNms, weightedNms } from '../../../worker/vision/nms.ts';
import { overlap } from '../../../worker/vision/overlap.ts';

const place = fc.double({ min: 0, max: 100, noNaN: true });
const extent = fc.double({ min: 1, max: 60, noNaN: true });
const candidate: fc.Arbitrary<Scored> = fc
  .tuple(place, place, extent, extent, fc.double({ min: 0.01, max: 1, noNaN: true }))
  .map(([x, y, w, h, score]) => ({ box: { x, y, w, h }, score }));
const candidates = fc.array(candidate, { maxLength: 40 });
const limit = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const measure = fc.record({ over: fc.constantFrom('iou' as const, 'iom' as const), plusOne: fc.boolean() });

test('suppression keeps a subset, best first, without overlaps, and changes nothing the second time', () => {
  fc.assert(
    fc.property(candidates, limit, measure, (all, most, how) => {
      const kept = nms(all, most, how);
      assert.ok(kept.every((item) => all.includes(item)));
      kept.forEach((item, i) => {
        for (const other of kept.slice(i + 1)) {
          assert.ok(item.score >= other.score);
          assert.ok(overlap(item.box, other.box, how) <= most);
        }
      });
      for (const item of all) {
        const covered = kept.some((best) => best === item || overlap(best.box, item.box, how) > most);
        assert.ok(covered, 'every candidate is kept or suppressed by a kept one');
      }
      assert.deepEqual(nms(kept, most, how), kept);
    }),
  );
});

test('voting and weighting keep the same faces and stay within the boxes they average', () => {
  fc.assert(
    fc.property(candidates, limit, (all, most) => {
      const kept = nms(all, most);
      for (const merged of [votingNms(all, most), weightedNms(all, most)]) {
        assert.deepEqual(
          merged.map(({ score }) => score),
          kept.map(({ score }) => score),
        );
        for (const { box } of merged) {
          assert.ok(box.x >= -1e-9 && box.y >= -1e-9 && box.w >= 1 - 1e-9 && box.w <= 60 + 1e-9);
        }
      }
    }),
  );
});

test('candidates that are not finite are dropped', () => {
  const good = { box: { x: 0, y: 0, w: 10, h: 10 }, score: 0.5 };
  const bad = [
    { ...good, score: Number.NaN },
    { ...good, box: { ...good.box, w: Number.POSITIVE_INFINITY } },
    { ...good, box: { ...good.box, x: Number.NaN } },
  ];
  assert.deepEqual(nms([...bad, good], 0.5), [good]);
  assert.deepEqual(nms([], 0.5), []);
});
