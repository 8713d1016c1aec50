import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeMask } from '../../../worker/vision/mask-storage.ts';
import { IDENTITY } from '../../../worker/vision/matrix.ts';
import { rotateImage, rotation } from '../../../worker/vision/rotate.ts';
import { subCrop, subCropMask } from '../../../worker/vision/sub-crop.ts';
import type { RgbImage } from '../../../worker/vision/types.ts';

const gradient = (sizePx: number): RgbImage => ({
  width: sizePx,
  height: sizePx,
  data: Uint8Array.from({ length: sizePx * sizePx * 3 }, (_, i) => Math.floor(i / 3) % sizePx),
});

test('four quarter turns give the image back', () => {
  const image = gradient(33);
  const turn = rotation(90, 33, 33);
  let turned = image;
  for (let i = 0; i < 4; i++) turned = rotateImage(turned, turn);
  assert.deepEqual([...turned.data], [...image.data]);
  const once = rotateImage(image, turn).data;
  // counter-clockwise: the right edge comes to the top
  assert.deepEqual([...once.slice(0, 99)], new Array(99).fill(32));
});

test('a mask is enlarged to its stored size without a shift', () => {
  const { data } = gradient(16);
  const pixels = data.filter((_, i) => i % 3 === 0);
  const stored = storeMask(pixels, 16, IDENTITY, 32);
  assert.deepEqual([...stored.pixels.slice(0, 6)], [0, 0, 1, 1, 2, 2]);
  assert.deepEqual(stored.matrix, [2, 0, 0, 0, 2, 0]);
  assert.equal(stored.interpolator, 3);
  assert.equal(storeMask(pixels, 16, IDENTITY, 16).pixels, pixels);
});

const offsets = { legacy: [0, 0], face: [0, -0.1], head: [0, -0.1] } as const;

test('a sub-crop takes the middle when the centres agree', () => {
  const cut = subCrop(gradient(128), offsets, { from: 'head', to: 'face' }, 96);
  assert.equal(cut.width, 96);
  assert.deepEqual([cut.data[0], cut.data[95 * 3]], [16, 111]);
  for (const sizePx of [48, 192]) {
    assert.equal(subCrop(gradient(128), offsets, { from: 'head', to: 'face' }, sizePx).width, sizePx);
  }
});

test('a sub-crop is black where the crop does not reach', () => {
  const far = { ...offsets, face: [3, 0] } as const;
  const cut = subCrop(gradient(128), far, { from: 'head', to: 'face' }, 96);
  assert.ok(cut.data.every((level) => level === 0));
});

test('a y offset moves the content of a mask down', () => {
  const mask = { width: 128, height: 128, data: new Uint8Array(128 * 128) };
  mask.data[64 * 128 + 64] = 255;
  const spec = { from: 'head', to: 'face' } as const;
  const rowOf = (yOffset: number) =>
    Math.floor(subCropMask(mask, offsets, { ...spec, yOffset }).data.indexOf(255) / 96);
  assert.equal(rowOf(0), 48);
  assert.equal(rowOf(0.25), 60);
});
