import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { decodeBmp } from '../../../worker/source/decode-bmp.ts';
import { bmp } from '../../fixtures/image-bytes.ts';

const allocate = (byteLength: number) => new Uint8Array(byteLength).fill(77);

it('gives back the pixels that were stored', () => {
  const sizes = fc.integer({ min: 1, max: 9 });
  const bits = fc.constantFrom(8 as const, 24 as const, 32 as const);
  fc.assert(
    fc.property(sizes, sizes, bits, fc.boolean(), fc.nat(255), (width, height, depth, topDown, seed) => {
      const grey = (i: number) => (depth === 8 ? i - (i % 3) : i);
      const data = Buffer.from(
        Array.from({ length: width * height * 3 }, (_, i) => (grey(i) * 37 + seed) & 255),
      );
      const file = bmp({ width, height, data }, depth, topDown);
      const image = decodeBmp(file, 'x', { maxPixels: 100 }, allocate);
      assert.deepEqual([image.width, image.height, ...image.data], [width, height, ...data]);
    }),
  );
});

it('answers damaged files with typed errors only', () => {
  const whole = bmp({ width: 4, height: 4, data: Buffer.alloc(48, 9) }, 8);
  fc.assert(
    fc.property(fc.nat(53), fc.nat(0xffffffff), fc.nat(whole.length), (at, value, length) => {
      const file = Buffer.from(whole);
      file.writeUInt32LE(value, Math.min(at, 50));
      try {
        decodeBmp(file.subarray(0, length), 'x', { maxPixels: 1000 }, allocate);
      } catch (thrown) {
        assert.ok(thrown instanceof FacefleetError, String(thrown));
      }
    }),
    { numRuns: 3000 },
  );
});
