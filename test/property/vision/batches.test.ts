import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignFace, cropMatrix } from '../../../worker/vision/alignment.ts';
import { composeMatrix, invertMatrix, transformPoints } from '../../../worker/vision/matrix.ts';
import { MEAN_FACE_51 } from '../../../worker/vision/mean-face.ts';
import { resizeArea, resizeCubic } from '../../../worker/vision/resize.ts';
import type { Landmarks, Matrix, RgbImage } from '../../../worker/vision/types.ts';
import { warpAffine } from '../../../worker/vision/warp.ts';
import { noise } from '../../fixtures/noise.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const edge = fc.integer({ min: 1, max: 60 });

const similarity = fc
  .tuple(number(0.3, 4), number(-Math.PI, Math.PI), number(-200, 900), number(-200, 900))
  .map(([scale, angle, tx, ty]): Matrix => {
    const [a, c] = [scale * Math.cos(angle), scale * Math.sin(angle)];
    return [a, -c, tx, c, a, ty];
  });

/** A piece of work that uses the kernels' memory, and gives bytes. */
const job = fc
  .tuple(
    edge,
    edge,
    edge,
    edge,
    fc.integer(),
    similarity,
    fc.constantFrom('linear', 'cubic', 'grow', 'shrink'),
  )
  .map(([iw, ih, width, height, seed, matrix, kind]) => {
    const image = noise(iw, ih, seed);
    return (source: RgbImage = image): Uint8Array => {
      if (kind === 'grow') return resizeCubic(source, width, height).data;
      if (kind === 'shrink') return resizeArea(source, Math.min(iw, width), Math.min(ih, height)).data;
      const interpolation = kind as 'linear' | 'cubic';
      return warpAffine(source, matrix, { width, height, interpolation, border: 'zero' }).data;
    };
  });

test('the order of a batch does not change its results', () => {
  const jobs = fc.array(job, { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(jobs, fc.infiniteStream(fc.double({ min: 0, max: 1 })), (batch, keys) => {
      const expected = batch.map((work) => work());
      const order = batch.map((_, i) => ({ i, key: keys.next().value as number }));
      order.sort((a, b) => a.key - b.key);
      for (const { i } of order) assert.deepEqual(batch[i]!(), expected[i]);
    }),
  );
});

test('only the pixels of an image are read, and none is written', () => {
  const MARGIN = 257;
  fc.assert(
    fc.property(edge, edge, fc.integer(), similarity, fc.nat(255), (width, height, seed, matrix, junk) => {
      const image = noise(width, height, seed);
      const memory = new Uint8Array(image.data.length + 2 * MARGIN).fill(junk);
      memory.set(image.data, MARGIN);
      const before = memory.slice();
      const framed = { width, height, data: memory.subarray(MARGIN, MARGIN + image.data.length) };
      for (const interpolation of ['linear', 'cubic'] as const) {
        for (const border of ['zero', 'replicate'] as const) {
          const options = { width: 40, height: 40, interpolation, border };
          assert.deepEqual(warpAffine(framed, matrix, options).data, warpAffine(image, matrix, options).data);
        }
      }
      assert.deepEqual(resizeCubic(framed, 50, 30).data, resizeCubic(image, 50, 30).data);
      assert.deepEqual(memory, before);
    }),
  );
});

test('a warp writes only the bytes of its result', () => {
  fc.assert(
    fc.property(edge, edge, fc.integer(), similarity, (width, height, seed, matrix) => {
      const memory = new Uint8Array(width * height * 3 + 128).fill(77);
      const out = memory.subarray(64, 64 + width * height * 3);
      warpAffine(noise(30, 20, seed), matrix, {
        width,
        height,
        interpolation: 'cubic',
        border: 'replicate',
        out,
      });
      assert.ok(memory.subarray(0, 64).every((level) => level === 77));
      assert.ok(memory.subarray(64 + out.length).every((level) => level === 77));
    }),
  );
});

/** A plausible face: the mean face with errors, and an arc of a jaw. */
const face = fc.array(number(-0.03, 0.03), { minLength: 136, maxLength: 136 }).map(
  (errors): Landmarks =>
    Float64Array.from(errors, (error, i) => {
      if (i >= 34) return (MEAN_FACE_51[i - 34]! + error) * 200;
      const angle = ((i >> 1) * Math.PI) / 16;
      return (i % 2 === 0 ? 0.5 - 0.6 * Math.cos(angle) + error : 0.2 + 0.9 * Math.sin(angle) + error) * 200;
    }),
);
const centering = fc.constantFrom('legacy' as const, 'face' as const, 'head' as const);

test('landmarks come back from a crop', () => {
  fc.assert(
    fc.property(face, centering, fc.integer({ min: 16, max: 1024 }), (landmarks, middle, sizePx) => {
      const matrix = cropMatrix(alignFace(landmarks), { centering: middle, sizePx });
      const back = transformPoints(invertMatrix(matrix), transformPoints(matrix, landmarks));
      back.forEach((value, i) => void assert.ok(Math.abs(value - landmarks[i]!) < 1e-8));
    }),
  );
});

test('a face that is moved, turned and scaled in its frame gives the same crop', () => {
  fc.assert(
    fc.property(face, similarity, centering, (landmarks, moved, middle) => {
      const spec = { centering: middle, sizePx: 512 };
      const here = cropMatrix(alignFace(landmarks), spec);
      const there = cropMatrix(alignFace(transformPoints(moved, landmarks)), spec);
      const again = composeMatrix(there, moved);
      const corners = new Float64Array([0, 0, 200, 0, 200, 200, 0, 200]);
      const expected = transformPoints(here, corners);
      transformPoints(again, corners).forEach((value, i) => {
        assert.ok(Math.abs(value - expected[i]!) < 0.02, `${value}, not ${expected[i]} px`);
      });
    }),
  );
});
