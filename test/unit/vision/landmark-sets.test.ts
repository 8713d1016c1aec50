import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterFace, filterValues } from '../../../worker/vision/aligner-filters.ts';
import { alignFace, cropMatrix, cropRoi } from '../../../worker/vision/alignment.ts';
import { drawLandmarks } from '../../../worker/vision/draw.ts';
import { landmarks68From98 } from '../../../worker/vision/landmark-sets.ts';
import { IDENTITY, transformPoints } from '../../../worker/vision/matrix.ts';
import { MEAN_FACE_51 } from '../../../worker/vision/mean-face.ts';
import type { Landmarks, Matrix } from '../../../worker/vision/types.ts';

const NO_OFFSETS = { legacy: [0, 0], face: [0, 0], head: [0, 0] };
const NO_POSE = { pitch: 0, yaw: 0, roll: 0 };

/** A face of 68 points: an arc of a jaw and the mean face, somewhere in a frame. */
const toFrame: Matrix = [190, -40, 300, 40, 190, 200];
const face68: Landmarks = transformPoints(
  toFrame,
  Float64Array.from({ length: 136 }, (_, i) => {
    if (i >= 34) return MEAN_FACE_51[i - 34]!;
    const angle = ((i >> 1) * Math.PI) / 16;
    return i % 2 === 0 ? 0.5 - 0.6 * Math.cos(angle) : 0.2 + 0.9 * Math.sin(angle);
  }),
);

/** Points whose x is their number. */
const numbered = (count: number) =>
  Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 0));

test('98 landmarks become 68: every second of the jaw, upper brows, lids without their middles, no pupils', () => {
  const picked = [...landmarks68From98(numbered(98))].filter((_, i) => i % 2 === 0);
  assert.equal(picked.length, 68);
  assert.deepEqual(picked.slice(0, 17), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32]);
  assert.deepEqual(picked.slice(17, 27), [33, 34, 35, 36, 37, 42, 43, 44, 45, 46]);
  assert.deepEqual(picked.slice(27, 36), [51, 52, 53, 54, 55, 56, 57, 58, 59]);
  assert.deepEqual(picked.slice(36, 48), [60, 61, 63, 64, 65, 67, 68, 69, 71, 72, 73, 75]);
  assert.deepEqual(
    picked.slice(48),
    Array.from({ length: 20 }, (_, i) => 76 + i),
  );
});

test('98 landmarks are aligned as the 68 among them', () => {
  const face98 = new Float64Array(196).fill(1);
  const from = [...landmarks68From98(numbered(98))].filter((_, i) => i % 2 === 0);
  from.forEach((at, i) => void face98.set(face68.subarray(2 * i, 2 * i + 2), 2 * at));
  assert.deepEqual(alignFace(face98), alignFace(face68));
});

test('the inner 51 landmarks give the same legacy matrix, and neither pose nor offsets', () => {
  const alignment = alignFace(face68.subarray(34));
  assert.deepEqual(alignment.legacyMatrix, alignFace(face68).legacyMatrix);
  assert.deepEqual([alignment.pose, alignment.offsets], [NO_POSE, NO_OFFSETS]);
  const { eyesToMouth, facePx, distance } = filterValues(alignment);
  const expected = filterValues(alignFace(face68));
  assert.deepEqual(
    [eyesToMouth, facePx, distance],
    [expected.eyesToMouth, expected.facePx, expected.distance],
  );
});

test('four corners of a face fill the unit square', () => {
  const alignment = alignFace(new Float64Array([100, 50, 300, 50, 300, 250, 100, 250]));
  const close = (actual: ArrayLike<number>, expected: number[], most = 1e-12) =>
    expected.forEach(
      (value, i) => void assert.ok(Math.abs(actual[i]! - value) < most, `${actual[i]}, ${value}`),
    );
  close(alignment.legacyMatrix, [0.005, 0, -0.5, 0, 0.005, -0.25]);
  close(alignment.normalised, [0, 0, 1, 0, 1, 1, 0, 1], 1e-7); // single precision
  assert.deepEqual([alignment.pose, alignment.offsets], [NO_POSE, NO_OFFSETS]);
  // at this size a legacy crop has margins of 60 px
  const matrix = cropMatrix(alignment, { centering: 'legacy', sizePx: 320 });
  assert.deepEqual(cropRoi(matrix, 320), [
    [40, -10],
    [40, 309],
    [359, 309],
    [359, -10],
  ]);
});

test('a face of four corners is judged by its size only', () => {
  const alignment = alignFace(new Float64Array([100, 50, 110, 50, 110, 60, 100, 60]));
  const frame = { width: 1000, height: 800 };
  const limits = { features: true, minScale: 0, maxScale: 0, distancePercent: 1, rollDeg: 1 };
  assert.equal(filterFace(alignment, frame, limits), null);
  assert.equal(filterFace(alignment, frame, { ...limits, minScale: 0.1 }), 'scale');
});

test('faces of every count of landmarks can be drawn', () => {
  for (const landmarks of [face68, face68.subarray(34), new Float64Array([10, 10, 90, 10, 90, 90, 10, 90])]) {
    const image = { width: 600, height: 500, data: new Uint8Array(600 * 500 * 3) };
    drawLandmarks(image, landmarks, IDENTITY);
    const [x, y] = [Math.round(landmarks[0]!), Math.round(landmarks[1]!)];
    assert.deepEqual([...image.data.subarray((y * 600 + x) * 3, (y * 600 + x) * 3 + 3)], [255, 240, 0]);
  }
});

test('other counts of landmarks are refused', () => {
  for (const count of [0, 1, 5, 50, 67, 69, 97, 106]) {
    assert.throws(() => alignFace(numbered(count)), RangeError);
  }
  assert.throws(() => landmarks68From98(face68), RangeError);
});
