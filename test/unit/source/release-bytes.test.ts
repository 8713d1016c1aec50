import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { releaseBytes } from '../../../worker/source/release-bytes.ts';

test('memory of a decoded picture is freed at once', async () => {
  const picture = { create: { width: 2000, height: 1000, channels: 3 as const, background: '#888' } };
  const bytes = await sharp(picture).raw().toBuffer();
  const before = process.memoryUsage().external;
  releaseBytes(bytes);
  assert.equal(bytes.length, 0);
  assert.ok(before - process.memoryUsage().external > 5_900_000);
});

test('memory that others share is left alone', () => {
  const pooled = Buffer.from('pooled');
  releaseBytes(pooled);
  assert.equal(pooled.toString(), 'pooled');
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
  releaseBytes(shared);
  assert.equal(shared[3], 7);
  const part = new Uint8Array(8).fill(3).subarray(2);
  releaseBytes(part);
  assert.equal(part.length, 6);
});
