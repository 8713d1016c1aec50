import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuantity } from '../../../../controller/plan/capacity/parse-quantity.ts';

const VALUES: readonly (readonly [text: string | number, value: number | null])[] = [
  ['8', 8],
  [8, 8],
  ['3920m', 3.92],
  ['0.5', 0.5],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1E3', 1000],
  ['12E', 12e18],
  ['1E', 1e18],
  ['16Gi', 16 * 2 ** 30],
  ['65586428Ki', 65586428 * 1024],
  ['129M', 129e6],
  ['1k', 1000],
  ['100n', 1e-7],
  ['-1', -1],
  ['1e-3', 0.001],
  ['', null],
  ['Gi', null],
  ['1K', null],
  ['1gi', null],
  ['0x10', null],
  ['1e', null],
  ['NaN', null],
  [Number.NaN, null],
  ['1e999', null],
];

for (const [text, value] of VALUES) {
  test(`the quantity ${JSON.stringify(text)} is ${value}`, () => {
    const parsed = parseQuantity(text);
    if (value === null) assert.equal(parsed, null);
    else assert.ok(parsed !== null && Math.abs(parsed - value) <= 1e-12 * Math.abs(value), `${parsed}`);
  });
}
