import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';
import { blurMask } from '../../../worker/vision/mask-blur.ts';
import { dilateMask } from '../../../worker/vision/mask-dilate.ts';
import { normalise } from '../../../worker/vision/normalise.ts';
import { resizeArea, resizeAreaGray, resizeCubic } from '../../../worker/vision/resize.ts';
import { resizeLinearGray } from '../../../worker/vision/resize-linear-gray.ts';
import type { Matrix } from '../../../worker/vision/types.ts';
import { warpAffine } from '../../../worker/vision/warp.ts';
import { loadOpenCv, pixelsOf } from '../../fixtures/load-opencv.ts';
import { noise, noiseGray } from '../../fixtures/noise.ts';

// against OpenCV itself, built for WebAssembly, on random input
const { cv } = await loadOpenCv();
const opencv = (image: GrayImage, work: Work) => pixelsOf(cv, image, work);
type Work = Parameters<typeof pixelsOf>[2];
const size = fc.integer({ min: 1, max: 70 });
const seed = fc.integer();

const resized = (image: GrayImage, flags: number, width: number, height: number) =>
  opencv(image, (source, target) => cv.resize(source, target, new cv.Size(width, height), 0, 0, flags));

function assertClose(ours: Uint8Array, theirs: Uint8Array, most: number): void {
  assert.equal(ours.length, theirs.length);
  ours.forEach((level, i) => {
    assert.ok(Math.abs(level - theirs[i]!) <= most, `${level} at ${i}, not ${theirs[i]}`);
  });
}

test('resizing: bilinear equals OpenCV’s, area and cubic are within a level', () => {
  fc.assert(
    fc.property(size, size, size, size, seed, (width, height, w, h, state) => {
      const gray = noiseGray(width, height, state);
      const rgb = noise(width, height, state);
      assertClose(resizeLinearGray(gray, w, h).data, resized(gray, cv.INTER_LINEAR, w, h), 0);
      assertClose(resizeCubic(rgb, w, h).data, resized(rgb, cv.INTER_CUBIC, w, h), 1);
      const [sw, sh] = [Math.min(w, width), Math.min(h, height)];
      assertClose(resizeAreaGray(gray, sw, sh).data, resized(gray, cv.INTER_AREA, sw, sh), 1);
      assertClose(resizeArea(rgb, sw, sh).data, resized(rgb, cv.INTER_AREA, sw, sh), 1);
    }),
  );
});

test('halving a mask equals OpenCV’s', () => {
  fc.assert(
    fc.property(size, size, seed, (w, h, state) => {
      const gray = noiseGray(2 * w, 2 * h, state);
      assert.deepEqual(resizeAreaGray(gray, w, h).data, resized(gray, cv.INTER_AREA, w, h));
    }),
  );
});

test('blurs of any size equal OpenCV’s', () => {
  fc.assert(
    fc.property(size, size, fc.integer({ min: 1, max: 20 }), seed, (width, height, half, state) => {
      const gray = noiseGray(width, height, state);
      const kernel = 2 * half + 1;
      const square = new cv.Size(kernel, kernel);
      assert.deepEqual(
        blurMask(gray, 'gaussian', kernel).data,
        opencv(gray, (source, target) => cv.GaussianBlur(source, target, square, 0, 0, cv.BORDER_DEFAULT)),
      );
      assert.deepEqual(
        blurMask(gray, 'normalized', kernel).data,
        opencv(gray, (source, target) => cv.blur(source, target, square)),
      );
    }),
  );
});

test('dilation and erosion equal OpenCV’s with an elliptic kernel', () => {
  fc.assert(
    fc.property(
      size,
      size,
      fc.integer({ min: 1, max: 15 }),
      fc.boolean(),
      seed,
      (width, height, kernel, grows, state) => {
        const gray = noiseGray(width, height, state);
        const percent = ((kernel * 100) / width) * (grows ? 1 : -1);
        const element = cv.getStructuringElement(cv.MORPH_ELLIPSE, new cv.Size(kernel, kernel));
        const theirs = opencv(gray, (source, target) =>
          (grows ? cv.dilate : cv.erode)(source, target, element),
        );
        element.delete();
        assert.deepEqual(dilateMask(gray, percent).data, theirs);
      },
    ),
  );
});

test('normalisation equals OpenCV’s CLAHE and histogram equalisation', () => {
  const edge = fc.integer({ min: 4, max: 70 });
  fc.assert(
    fc.property(edge, edge, seed, (width, height, state) => {
      const gray = noiseGray(width, height, state);
      const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => gray.data[Math.floor(i / 3)]!);
      const red = (kind: 'clahe' | 'hist') =>
        normalise({ width, height, data }, kind).data.filter((_, i) => i % 3 === 0);
      const clahe = new cv.CLAHE(2, new cv.Size(4, 4));
      assert.deepEqual(
        red('clahe'),
        opencv(gray, (source, target) => clahe.apply(source, target)),
      );
      clahe.delete();
      assert.deepEqual(
        red('hist'),
        opencv(gray, (source, target) => cv.equalizeHist(source, target)),
      );
    }),
  );
});

test('warps equal OpenCV’s', () => {
  const coefficient = fc.double({ min: -3, max: 3, noNaN: true });
  const shift = fc.double({ min: -60, max: 60, noNaN: true });
  const matrix = fc
    .tuple(coefficient, coefficient, shift, coefficient, coefficient, shift)
    .filter(([a, b, , c, d]) => Math.abs(a * d - b * c) > 1e-3);
  fc.assert(
    fc.property(size, size, size, size, seed, matrix, (iw, ih, width, height, state, map: Matrix) => {
      const image = noise(iw, ih, state);
      const rows = cv.matFromArray(2, 3, cv.CV_64F, [...map]);
      const to = new cv.Size(width, height);
      for (const border of ['zero', 'replicate'] as const) {
        const mode = border === 'zero' ? cv.BORDER_CONSTANT : cv.BORDER_REPLICATE;
        for (const interpolation of ['linear', 'cubic', 'area'] as const) {
          const flags = { linear: cv.INTER_LINEAR, cubic: cv.INTER_CUBIC, area: cv.INTER_AREA }[
            interpolation
          ];
          const theirs = opencv(image, (source, target) =>
            cv.warpAffine(source, target, rows, to, flags, mode, new cv.Scalar()),
          );
          const ours = warpAffine(image, map, { width, height, interpolation, border }).data;
          assert.deepEqual(ours, theirs, `${interpolation} ${border}`);
        }
      }
      rows.delete();
    }),
    { numRuns: 60 },
  );
});
