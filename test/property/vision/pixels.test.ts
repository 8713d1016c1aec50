import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';
import { boxToFrame, letterbox } from '../../../worker/vision/letterbox.ts';
import { applyMatrix } from '../../../worker/vision/matrix.ts';
import { resizeArea, resizeCubic } from '../../../worker/vision/resize.ts';
import type { Matrix, RgbImage } from '../../../worker/vision/types.ts';
import { warpAffine } from '../../../worker/vision/warp.ts';
import { warpGray } from '../../../worker/vision/warp-gray.ts';
import { noise } from '../../fixtures/noise.ts';

const size = fc.integer({ min: 1, max: 40 });

function channel({ width, height, data }: RgbImage, index: number): GrayImage {
  const levels = new Uint8Array(width * height);
  for (let i = 0; i < levels.length; i++) levels[i] = data[3 * i + index]!;
  return { width, height, data: levels };
}

const coefficient = fc.double({ min: -3, max: 3, noNaN: true });
const shift = fc.oneof(fc.double({ min: -60, max: 60, noNaN: true }), fc.constant(1e7), fc.constant(-1e12));
const matrix = fc
  .tuple(coefficient, coefficient, shift, coefficient, coefficient, shift)
  .filter(([a, b, , c, d]) => Math.abs(a * d - b * c) > 1e-3);

/** The kernel's warp and the plain one of each channel agree. */
function checkWarp(image: RgbImage, map: Matrix, width: number, height: number): void {
  for (const interpolation of ['linear', 'cubic', 'area'] as const) {
    for (const border of ['zero', 'replicate'] as const) {
      const options = { width, height, interpolation, border };
      const warped = warpAffine(image, map, options);
      for (let c = 0; c < 3; c++) {
        const plain = warpGray(channel(image, c), map, options).data;
        assert.ok(Buffer.from(channel(warped, c).data).equals(plain), `${interpolation} ${border} ${c}`);
      }
    }
  }
}

test('the warp of three channels is the warp of each', () => {
  fc.assert(
    fc.property(size, size, size, size, fc.integer(), matrix, (iw, ih, ow, oh, seed, map) => {
      checkWarp(noise(iw, ih, seed), map, ow, oh);
    }),
    { numRuns: 150 },
  );
});

test('a warp in parts (large result, large source) is the whole warp', () => {
  checkWarp(noise(50, 60, 1), [30, 4, -40, -4, 30, 80], 1100, 90);
  checkWarp(noise(1400, 1000, 2), [0.1, 0.02, 5, -0.02, 0.1, 40], 160, 150);
});

test('the identity and whole shifts copy pixels', () => {
  const image = noise(33, 21, 9);
  for (const interpolation of ['linear', 'cubic'] as const) {
    const options = { width: 33, height: 21, interpolation, border: 'zero' } as const;
    assert.deepEqual([...warpAffine(image, [1, 0, 0, 0, 1, 0], options).data], [...image.data]);
    const moved = warpAffine(image, [1, 0, 3, 0, 1, 2], options);
    for (let y = 2; y < 21; y++) {
      for (let x = 3; x < 33; x++) {
        assert.equal(moved.data[(y * 33 + x) * 3], image.data[((y - 2) * 33 + x - 3) * 3]);
      }
    }
  }
});

/** Average of the area that an output pixel covers, straight from the definition. */
function areaOf(
  { width, height, data }: RgbImage,
  w: number,
  h: number,
  x: number,
  y: number,
  c: number,
): number {
  let sum = 0;
  for (let row = 0; row < height; row++) {
    const tall = Math.min(row + 1, ((y + 1) * height) / h) - Math.max(row, (y * height) / h);
    for (let column = 0; column < width && tall > 0; column++) {
      const wide = Math.min(column + 1, ((x + 1) * width) / w) - Math.max(column, (x * width) / w);
      if (wide > 0) sum += tall * wide * data[(row * width + column) * 3 + c]!;
    }
  }
  return (sum * w * h) / (width * height);
}

test('shrinking averages the covered area, within one level', () => {
  fc.assert(
    fc.property(size, size, size, size, fc.integer(), (a, b, c, d, seed) => {
      const image = noise(Math.max(a, c), Math.max(b, d), seed);
      const [width, height] = [Math.min(a, c), Math.min(b, d)];
      const { data } = resizeArea(image, width, height);
      data.forEach((level, i) => {
        const pixel = Math.floor(i / 3);
        const mean = areaOf(image, width, height, pixel % width, Math.floor(pixel / width), i % 3);
        assert.ok(Math.abs(level - mean) < 1, `${level} for ${mean}`);
      });
    }),
    { numRuns: 60 },
  );
});

test('resizing keeps a flat colour', () => {
  fc.assert(
    fc.property(size, size, size, size, fc.nat(255), (iw, ih, ow, oh, level) => {
      const image = { width: iw, height: ih, data: new Uint8Array(iw * ih * 3).fill(level) };
      assert.ok(resizeCubic(image, ow, oh).data.every((value) => value === level));
      const shrunk = resizeArea(image, Math.min(iw, ow), Math.min(ih, oh));
      assert.ok(shrunk.data.every((value) => value === level));
    }),
  );
});

test('boxes come back from a letterbox, also from one that is not square', () => {
  const edge = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(edge, edge, fc.constantFrom([320, 240], [64, 64], [48, 96]), (w, h, [mw, mh]) => {
      const image = { width: w, height: h, data: new Uint8Array(w * h * 3).fill(255) };
      const boxed = letterbox(image, mw!, mh!);
      assert.equal(boxed.image.data.length, mw! * mh! * 3);
      const { scale, padX, padY } = boxed;
      assert.ok(scale * w <= mw! + 1e-9 && scale * h <= mh! + 1e-9);
      const inModel = { x: padX + 3 * scale, y: padY + 2 * scale, w: 10 * scale, h: 20 * scale };
      const back = boxToFrame(boxed, inModel);
      for (const [got, expected] of [
        [back.x, 3],
        [back.y, 2],
        [back.w, 10],
        [back.h, 20],
      ]) {
        assert.ok(Math.abs(got! - expected!) < 1e-9);
      }
      const [x, y] = applyMatrix(boxed.toFrame, inModel.x, inModel.y);
      assert.ok(Math.abs(x - back.x) < 1e-9 && Math.abs(y - back.y) < 1e-9);
    }),
  );
});
