import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram, type Scale } from '../../../controller/report/histogram.ts';
import { SCALES } from '../../../controller/report/scales.ts';

const TENS: Scale = { kind: 'linear', from: 0, to: 100, bins: 100, merges: [1, 5, 10, 50] };

function histogram(scale: Scale, values: readonly unknown[]): Histogram {
  const counted = new Histogram(scale);
  for (const value of values) counted.add(value);
  return counted;
}

describe('a histogram', () => {
  it('counts numbers in the bin that begins with or before them', () => {
    const { bars } = histogram(TENS, [3, 3.99, 4, 5]).distribution(10);
    assert.deepEqual(bars, [
      { from: 3, to: 4, count: 2 },
      { from: 4, to: 5, count: 1 },
      { from: 5, to: 6, count: 1 },
    ]);
  });

  it('merges bins until there are few enough bars, at round edges', () => {
    const { bars } = histogram(TENS, [13, 14, 37, 58]).distribution(10);
    assert.deepEqual(
      bars.map(({ from, to, count }) => [from, to, count]),
      [
        [10, 15, 2],
        [15, 20, 0],
        [20, 25, 0],
        [25, 30, 0],
        [30, 35, 0],
        [35, 40, 1],
        [40, 45, 0],
        [45, 50, 0],
        [50, 55, 0],
        [55, 60, 1],
      ],
    );
    assert.equal(histogram(TENS, [0, 99]).distribution(1).bars.length, 2, 'as far as the scale allows');
  });

  it('keeps numbers beyond its scale in the outermost bins, and tells the true range', () => {
    const { bars, range, count } = histogram(TENS, [-7, 50, 1000]).distribution(10);
    assert.deepEqual(range, { min: -7, mean: 1043 / 3, max: 1000 });
    assert.deepEqual([bars[0]?.count, bars.at(-1)?.count, count], [1, 1, 3]);
  });

  it('counts what is no number as missing', () => {
    const { count, missing, range } = histogram(TENS, [null, undefined, Number.NaN, 'x', 5]).distribution(10);
    assert.deepEqual([count, missing, range?.mean], [1, 4, 5]);
    assert.deepEqual(histogram(TENS, [null]).distribution(10), {
      count: 0,
      missing: 1,
      range: null,
      bars: [],
    });
  });

  it('has edges at powers of two where bins have equal ratios', () => {
    const sizes = Array.from({ length: 12 }, (_, i) => 2 ** (i + 3));
    const { bars } = histogram(SCALES.sizePx, sizes).distribution(24);
    for (const bar of bars) assert.ok(Math.abs(bar.to / bar.from - Math.SQRT2) < 1e-9);
    for (const size of sizes) {
      const own = bars.find(({ from }) => Math.abs(from - size) < 1e-6 * size);
      assert.equal(own?.count, 1, `${size}`);
    }
  });

  it('puts every score of three decimals into the bin that it belongs to', () => {
    for (let thousandths = 0; thousandths <= 1000; thousandths++) {
      const { bars } = histogram(SCALES.score, [thousandths / 1000]).distribution(1);
      const expected = Math.min(995, Math.floor(thousandths / 5) * 5) / 1000;
      assert.ok(Math.abs(bars[0]!.from - expected) < 1e-9, `${thousandths}: ${bars[0]!.from}`);
    }
  });
});
