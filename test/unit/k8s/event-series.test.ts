import assert from 'node:assert/strict';
import { it } from 'node:test';
import { EventSeries } from '../../../controller/k8s/event-series.ts';

const NOTE = { type: 'Warning', reason: 'FailedCreate', message: 'no quota' } as const;
const HOUR_MS = 3_600_000;

it('the same note is one Event an hour', () => {
  const series = new EventSeries();
  const news = [0, 10, HOUR_MS - 1, HOUR_MS, HOUR_MS + 1, 2 * HOUR_MS].map((ms) =>
    series.isNews('u', NOTE, ms),
  );
  assert.deepEqual(news, [true, false, false, true, false, true]);
});

it('another object, type, reason or message is another Event', () => {
  const series = new EventSeries();
  assert.ok(series.isNews('u', NOTE, 0));
  assert.ok(series.isNews('v', NOTE, 0));
  assert.ok(series.isNews('u', { ...NOTE, reason: 'Other' }, 0));
  assert.ok(series.isNews('u', { ...NOTE, message: 'other' }, 0));
  assert.ok(series.isNews('u', { ...NOTE, type: 'Normal' }, 0));
});

it('memory is bounded', () => {
  const series = new EventSeries();
  for (let i = 0; i < 5000; i++) series.isNews(`u${i}`, NOTE, i);
  assert.equal(series.size, 2000);
  assert.equal(series.isNews('u4999', NOTE, 5000), false);
});
