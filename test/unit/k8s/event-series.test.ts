import assert from 'node:assert/strict';
import { it } from 'node:test';
import { EventSeries } from '../../../controller/k8s/event-series.ts';

const NOTE = { type: 'Warning', reason: 'FailedCreate', message: 'no quota' } as const;
const MINUTE_MS = 60_000;

function series(): EventSeries {
  let made = 0;
  return new EventSeries(() => `e${++made}`);
}

it('the same note counts up in one Event, written once a minute', () => {
  const all = series();
  assert.deepEqual(all.note('u', NOTE, 0), { again: false, name: 'e1', count: 1, firstMs: 0, lastMs: 0 });
  assert.equal(all.note('u', NOTE, 10), null);
  assert.equal(all.note('u', NOTE, 20), null);
  assert.deepEqual(all.note('u', NOTE, MINUTE_MS), {
    again: true,
    name: 'e1',
    count: 4,
    firstMs: 0,
    lastMs: MINUTE_MS,
  });
});

it('another object, reason or message is another Event', () => {
  const all = series();
  const names = [
    all.note('u', NOTE, 0),
    all.note('v', NOTE, 0),
    all.note('u', { ...NOTE, reason: 'Other' }, 0),
    all.note('u', { ...NOTE, message: 'other' }, 0),
    all.note('u', { ...NOTE, type: 'Normal' }, 0),
  ].map((write) => write?.name);
  assert.deepEqual(names, ['e1', 'e2', 'e3', 'e4', 'e5']);
});

it('after an hour of silence it is a new Event', () => {
  const all = series();
  all.note('u', NOTE, 0);
  assert.equal(all.note('u', NOTE, 60 * MINUTE_MS)?.name, 'e2');
});

it('memory is bounded; what was noted last is kept', () => {
  const all = series();
  all.note('kept', NOTE, 0);
  for (let i = 0; i < 3000; i++) {
    all.note(`u${i}`, NOTE, i);
    all.note('kept', NOTE, i);
  }
  assert.equal(all.size, 2000);
  assert.equal(all.note('kept', NOTE, MINUTE_MS)?.name, 'e1');
});
