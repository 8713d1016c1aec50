import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { isCutShort } from '../../../worker/source/is-cut-short.ts';

for (const format of ['jpeg', 'png', 'webp', 'avif'] as const)
  test(`${format}: whole is not cut, and cut anywhere in its data is`, async () => {
    const pixels = {
      width: 64,
      height: 48,
      channels: 3,
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    } as const;
    const bytes = await sharp({ create: { ...pixels, background: 'black' } })
      .toFormat(format)
      .toBuffer();
    assert.equal(isCutShort(bytes, format), false);
    for (const share of [0.5, 0.7, 0.9, 0.99])
      assert.equal(isCutShort(bytes.subarray(0, Math.floor(share * bytes.length)), format), true, `${share}`);
  });
