import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameSeries } from '../../../controller/report/frame-series.ts';

describe('faces per frame over the source', () => {
  it('has a span for each frame while they are few, with gaps where frames have not ended', () => {
    const series = new FrameSeries(8);
    series.add(2, 3);
    series.add(0, 1);
    series.add(3, null);
    assert.deepEqual(
      series.spans().map(({ from, to, frames, failed, faces }) => [from, to, frames, failed, faces]),
      [
        [0, 1, 1, 0, 1],
        [1, 2, 0, 0, 0],
        [2, 3, 1, 0, 3],
        [3, 4, 0, 1, 0],
      ],
    );
  });

  it('widens its spans as frames become more, in any order, and loses none', () => {
    const count = 12_345;
    const order = Array.from({ length: count }, (_, i) => (i * 7919) % count);
    const series = new FrameSeries(240);
    for (const index of order) series.add(index, index % 10 === 0 ? null : index % 4);
    const spans = series.spans();
    assert.ok(spans.length <= 240 && spans.length > 120, `${spans.length} spans`);
    const sum = (of: (span: (typeof spans)[number]) => number): number =>
      spans.reduce((all, span) => all + of(span), 0);
    assert.equal(
      sum(({ frames, failed }) => frames + failed),
      count,
    );
    assert.equal(
      sum(({ failed }) => failed),
      Math.ceil(count / 10),
    );
    assert.equal(
      sum(({ faces }) => faces),
      order.filter((i) => i % 10).reduce((all, i) => all + (i % 4), 0),
    );
    assert.ok(spans.every(({ mostFaces }) => mostFaces === 3));
    const [first] = spans;
    assert.equal(first!.frames + first!.failed, first!.to);
  });

  it('takes the largest index there can be', () => {
    const series = new FrameSeries();
    series.add(0, 2);
    series.add(2 ** 32 - 2, 1);
    assert.equal(
      series.spans().reduce((all, { faces }) => all + faces, 0),
      3,
    );
  });
});
