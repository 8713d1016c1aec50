import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { maskFault } from '../../../worker/formats/mask-fault.ts';

it('a mask is a zlib stream of size × size bytes', () => {
  const fault = (bytes: number, size: number) => maskFault({ size, data: deflateSync(Buffer.alloc(bytes)) });
  assert.equal(fault(128 * 128, 128), null);
  assert.equal(fault(1, 1), null);
  assert.equal(fault(128 * 127, 128), 'it has 16256 pixels, not 128 × 128');
  assert.equal(fault(2 ** 24, 128), 'it has more than 128 × 128 pixels');
  assert.equal(maskFault({ size: 4, data: Buffer.from('no zlib') }), 'it is no zlib stream');
});
