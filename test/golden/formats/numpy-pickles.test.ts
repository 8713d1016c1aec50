import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PyList } from '../../../worker/formats/python/py-list.ts';
import type { PyValue } from '../../../worker/formats/python/py-value.ts';
import { unpickle } from '../../../worker/formats/python/unpickle.ts';
import numpyPickles from './numpy-pickles.json' with { type: 'json' };

it('numpy arrays and numbers are read from pickles of protocols 2 to 5', () => {
  for (const base64 of numpyPickles.pickles) {
    const read = unpickle(Buffer.from(base64, 'base64'), 'numpy') as Map<string, PyValue>;
    const found = Object.fromEntries(Array.from(read, ([name, value]) => [name, plainNumbers(value)]));
    assert.deepEqual(found, { ...numpyPickles.values, truths: [1, 0] });
  }
});

function plainNumbers(value: PyValue): unknown {
  return value instanceof PyList ? Array.from(value, plainNumbers) : value;
}
