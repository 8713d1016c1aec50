import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { sharpness } from '../../../controller/report/sharpness.ts';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';

function drawn(side: number, level: (x: number, y: number) => number): GrayImage {
  const data = Uint8Array.from({ length: side * side }, (_, i) => level(i % side, Math.floor(i / side)));
  return { width: side, height: side, data };
}

describe('sharpness', () => {
  it('is nothing where nothing changes, nor where all changes evenly', () => {
    assert.equal(sharpness(drawn(16, () => 99)), 0);
    assert.equal(sharpness(drawn(16, (x, y) => 3 * x + 2 * y)), 0);
  });

  it('is the variance of the Laplacian', () => {
    // one bright pixel: −4·80 there, 80 at its four neighbours, 0 at the other 20 of 25
    const squares = 320 ** 2 + 4 * 80 ** 2;
    assert.equal(sharpness(drawn(7, (x, y) => (x === 3 && y === 3 ? 80 : 0))), squares / 25);
  });

  it('falls as an image is blurred', async () => {
    const checks = drawn(64, (x, y) => (((x >> 3) + (y >> 3)) % 2 === 0 ? 220 : 30));
    const values = [sharpness(checks)];
    for (const sigma of [0.8, 1.5, 3]) {
      const raw = { raw: { width: 64, height: 64, channels: 1 as const } };
      const data = await sharp(checks.data, raw).blur(sigma).toColourspace('b-w').raw().toBuffer();
      values.push(sharpness({ width: 64, height: 64, data }));
    }
    assert.deepEqual(
      values,
      [...values].sort((a, b) => b - a),
    );
    assert.ok(values.at(-1)! < values[0]! / 50);
  });

  it('wants pixels with neighbours', () => {
    assert.throws(() => sharpness(drawn(2, () => 0)), RangeError);
  });
});
