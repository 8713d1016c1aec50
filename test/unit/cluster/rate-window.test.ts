import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateWindow } from '../../../worker/conductor/cluster/rate-window.ts';

test('the rate of the last half minute', () => {
  const rate = new RateWindow();
  assert.equal(rate.note(0, 1000), null);
  assert.equal(rate.note(20, 3000), null, 'too short to say');
  assert.equal(rate.note(60, 7000), 10);
  for (let s = 8; s <= 60; s++) rate.note(60 + 5 * (s - 7), s * 1000);
  assert.equal(rate.note(60 + 5 * 54, 61_000), 5);
  // nothing is done any more
  for (let s = 62; s < 91; s++) rate.note(330, s * 1000);
  assert.equal(rate.note(330, 91_000), 0);
});

test('after a new start, and when a count goes back, it is never negative', () => {
  const rate = new RateWindow();
  rate.note(100, 0);
  assert.equal(rate.note(50, 10_000), 0);
  rate.clear();
  assert.equal(rate.note(0, 11_000), null);
  assert.equal(rate.note(10, 21_000), 1);
});
