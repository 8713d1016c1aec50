import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EvenSample } from '../../../controller/report/even-sample.ts';

function sampled(count: number, wanted: number): { chosen: number[]; made: number } {
  const sample = new EvenSample<number>(wanted);
  let made = 0;
  for (let i = 0; i < count; i++)
    sample.offer(() => {
      made += 1;
      return i;
    });
  assert.equal(sample.offered, count);
  return { chosen: sample.chosen(), made };
}

describe('an even sample', () => {
  it('is all there is when that is no more than is wanted', () => {
    assert.deepEqual(sampled(5, 5).chosen, [0, 1, 2, 3, 4]);
    assert.deepEqual(sampled(0, 5).chosen, []);
    assert.deepEqual(sampled(9, 0), { chosen: [], made: 0 });
  });

  it('has as many as are wanted, in order, with gaps that are much alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 200 }), (count, wanted) => {
        const { chosen } = sampled(count, wanted);
        assert.equal(chosen.length, Math.min(count, wanted));
        const gaps = chosen.map((item, i) => (chosen[i + 1] ?? count) - item);
        const ideal = count / chosen.length;
        assert.equal(chosen[0], 0);
        for (const gap of gaps) assert.ok(gap > 0 && gap <= 2 * ideal + 2, `${gap} where ${ideal} is ideal`);
      }),
      { numRuns: 60 },
    );
  });

  it('makes few of the items, however many are offered', () => {
    const { chosen, made } = sampled(1_000_000, 100);
    assert.equal(chosen.length, 100);
    assert.ok(made < 4000, `${made} made`);
  });
});
