import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantity, rotationAngles, sizeLimit, wholeNumber } from '../../../controller/cli/parse-options.ts';
import { duration, rate } from '../../../controller/cli/progress.ts';

const ANGLES: readonly [text: string, angles: number[]][] = [
  ['off', [0]],
  ['', [0]],
  ['0', [0]],
  ['on', [0, 90, 180, 270]],
  ['90', [0, 90, 180, 270]],
  ['120', [0, 120, 240]],
  ['100', [0, 100, 200, 300]],
  ['45,315', [0, 45, 315]],
  ['0,90,90', [0, 90]],
];

for (const [text, angles] of ANGLES) {
  test(`--rotate "${text}" tries ${angles.join(', ')}`, () => {
    assert.deepEqual(rotationAngles(text), angles);
  });
}

for (const text of ['360', '-90', 'left', '90;180', '0.5']) {
  test(`--rotate "${text}" is refused`, () => {
    assert.throws(() => rotationAngles(text), { code: 'commander.invalidArgument' });
  });
}

test('sizes are pixels or percent', () => {
  assert.deepEqual(sizeLimit(100)('40'), { unit: 'px', value: 40 });
  assert.deepEqual(sizeLimit(100)('40px'), { unit: 'px', value: 40 });
  assert.deepEqual(sizeLimit(100)('5.5%'), { unit: 'percent', value: 5.5 });
  assert.deepEqual(sizeLimit(500)('200%'), { unit: 'percent', value: 200 });
  for (const text of ['', '-1', '5 %', '101%', 'big']) assert.throws(() => sizeLimit(100)(text));
});

test('whole numbers keep their bounds', () => {
  assert.equal(wholeNumber(1, 10)('10'), 10);
  for (const text of ['0', '11', '1.5', '', ' ', '0x5g']) assert.throws(() => wholeNumber(1, 10)(text));
});

test('quantities take K, M and G', () => {
  assert.equal(quantity('200M'), 200_000_000);
  assert.equal(quantity('1.5k'), 1500);
  for (const text of ['0', '-1', '1T', '']) assert.throws(() => quantity(text));
});

test('the rate counts this run alone', () => {
  const state = { total: 100, frames: 60, carried: 50, faces: 0, failed: 0 };
  assert.deepEqual(rate(state, 0, 5000), { framesPerSecond: 2, etaSeconds: 20 });
  assert.equal(rate({ ...state, total: null }, 0, 5000).etaSeconds, null);
});

test('durations read like a clock', () => {
  assert.deepEqual([59, 75, 3600, 3661].map(duration), ['59s', '1m15s', '1h00m', '1h01m']);
});
