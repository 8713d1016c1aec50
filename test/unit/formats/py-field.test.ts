import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PyField } from '../../../worker/formats/python/py-field.ts';
import { PyList } from '../../../worker/formats/python/py-list.ts';
import type { PyValue } from '../../../worker/formats/python/py-value.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const octets = (value: PyValue, max = 10) => new PyField(value, 'FF1201', 'some.fsa: thumb').octets(max);
const list = (...items: PyValue[]) => PyList.of(items);

describe('octets of a field', () => {
  it('are bytes, a list of integers, or a column of them as older OpenCVs encoded images to', () => {
    for (const value of [
      Uint8Array.of(0, 7, 255),
      PyList.of(Uint8Array.of(0, 7, 255)),
      list(0, 7, 255),
      list(list(0), PyList.of(Uint8Array.of(7)), list(255)),
    ])
      assert.deepEqual([...octets(value)], [0, 7, 255]);
    assert.equal(octets(list()).length, 0);
  });

  it('are nothing else', () => {
    let deep: PyValue = 1;
    for (let i = 0; i < 100_000; i++) deep = list(deep);
    for (const value of [
      deep,
      list(1, list(2)),
      list(list(1), 2),
      list(list(1), list()),
      list(list(1), list(2, 3)),
      list(list(256)),
      list(list(0.5)),
      list(list('a')),
      list(...Array<PyValue>(11).fill(list(1))),
      list(-1),
      'text',
      null,
    ])
      assert.throws(() => octets(value), failsWith('FF1201', 'some.fsa: thumb'));
  });
});
