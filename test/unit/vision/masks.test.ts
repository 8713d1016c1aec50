import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilterLimits, filterFace } from '../../../worker/vision/aligner-filters.ts';
import { alignFace, type FaceAlignment } from '../../../worker/vision/alignment.ts';
import { blurMask } from '../../../worker/vision/mask-blur.ts';
import { dilateMask } from '../../../worker/vision/mask-dilate.ts';
import { maskInFrame, storeMask } from '../../../worker/vision/mask-storage.ts';
import { thresholdMask } from '../../../worker/vision/mask-threshold.ts';
import { MEAN_FACE_51 } from '../../../worker/vision/mean-face.ts';
import { normalise } from '../../../worker/vision/normalise.ts';
import { mapBox, rotation, rotationFitScale } from '../../../worker/vision/rotate.ts';

/** A dot in the middle of a dark mask. */
function dot(sizePx: number): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(sizePx * sizePx);
  data[(sizePx >> 1) * sizePx + (sizePx >> 1)] = 255;
  return { width: sizePx, height: sizePx, data };
}

const bright = (data: Uint8Array) => data.filter((level) => level > 0).length;

test('dilation grows by an ellipse, erosion takes it back', () => {
  const grown = dilateMask(dot(100), 5);
  assert.equal(bright(grown.data), 17);
  const shrunk = dilateMask(grown, -5);
  assert.deepEqual([...shrunk.data], [...dot(100).data]);
  assert.equal(dilateMask(grown, 0), grown);
});

test('erosion does not eat from the edge of the mask', () => {
  const full = { width: 20, height: 20, data: new Uint8Array(400).fill(255) };
  assert.equal(bright(dilateMask(full, -20).data), 400);
});

test('blur keeps a flat mask, spreads a dot and accepts any kernel', () => {
  const flat = { width: 9, height: 9, data: new Uint8Array(81).fill(140) };
  for (const kind of ['gaussian', 'normalized'] as const) {
    for (const kernel of [3, 4, 7, 9, 31]) {
      assert.ok(
        blurMask(flat, kind, kernel, 3).data.every((level) => level === 140),
        `${kind} ${kernel}`,
      );
    }
  }
  assert.equal(bright(blurMask(dot(9), 'normalized', 3).data), 9);
  assert.equal(blurMask(flat, 'gaussian', 0), flat);
  assert.deepEqual(
    [...blurMask({ width: 1, height: 1, data: new Uint8Array([9]) }, 'gaussian', 9).data],
    [9],
  );
});

test('threshold pulls the ends and leaves the middle', () => {
  const mask = { width: 4, height: 1, data: new Uint8Array([20, 30, 220, 240]) };
  assert.deepEqual([...thresholdMask(mask, 10).data], [0, 30, 220, 255]);
  assert.deepEqual([...thresholdMask(mask, 0).data], [...mask.data]);
});

test('a stored mask lies where it was in the frame', () => {
  const pixels = new Uint8Array(64 * 64).fill(255);
  const stored = storeMask(pixels, 64, [2, 0, -20, 0, 2, -40], 32);
  assert.deepEqual(stored.matrix, [1, 0, -10, 0, 1, -20]);
  assert.equal(stored.pixels.length, 32 * 32);
  const seen = maskInFrame(stored, 60, 60);
  for (const [x, y, level] of [
    [10, 20, 255],
    [41, 51, 255],
    [9, 20, 0],
    [10, 19, 0],
    [42, 51, 0],
  ]) {
    assert.equal(seen.data[y! * 60 + x!], level, `${x}, ${y}`);
  }
});

const ALL: FilterLimits = { features: true, minScale: 0.1, maxScale: 2, distancePercent: 10, rollDeg: 20 };
const FRAME = { width: 1000, height: 800 };

/** The mean face at a size, with changed points. */
function face(sizePx: number, change?: (points: Float64Array) => void): FaceAlignment {
  const points = new Float64Array(136);
  for (let i = 0; i < 17; i++)
    points.set([0.5 - 0.6 * Math.cos((i * Math.PI) / 16), 0.2 + 0.9 * Math.sin((i * Math.PI) / 16)], 2 * i);
  points.set(MEAN_FACE_51, 34);
  change?.(points);
  return alignFace(points.map((value) => 100 + value * sizePx));
}

test('filters give the reason to drop a face', () => {
  assert.equal(filterFace(face(200), FRAME, ALL), null);
  assert.equal(filterFace(face(30), FRAME, ALL), 'scale');
  assert.equal(filterFace(face(1000), FRAME, ALL), 'scale');
  const chaos = face(200, (points) => {
    for (let i = 34; i < 136; i++) points[i]! += 0.35 * Math.sin(i * 12.9898);
  });
  assert.equal(filterFace(chaos, FRAME, { ...ALL, features: false }), 'distance');
  const mouthUp = face(200, (points) => {
    for (let i = 48; i < 68; i++) points[2 * i + 1]! -= 0.75;
  });
  assert.equal(filterFace(mouthUp, FRAME, ALL), 'features');
});

test('roll exactly at the limit and exactly zero is kept, limits of 0 are off', () => {
  const rolled = (roll: number): FaceAlignment => ({ ...face(200), pose: { pitch: 0, yaw: 0, roll } });
  assert.equal(filterFace(rolled(0), FRAME, ALL), null);
  assert.equal(filterFace(rolled(-20), FRAME, ALL), null);
  assert.equal(filterFace(rolled(-20.1), FRAME, ALL), 'roll');
  const off = { features: false, minScale: 0, maxScale: 0, distancePercent: 0, rollDeg: 0 };
  assert.equal(filterFace({ ...face(30), pose: { pitch: 0, yaw: 0, roll: 170 } }, FRAME, off), null);
});

test('normalisation stretches to the full range and survives flat images', () => {
  const data = Uint8Array.from({ length: 6 * 7 * 3 }, (_, i) => 100 + (i % 41));
  const image = { width: 6, height: 7, data };
  for (const kind of ['hist', 'mean'] as const) {
    const out = normalise(image, kind).data;
    assert.equal(Math.min(...out), 0);
    assert.equal(Math.max(...out), 255);
  }
  assert.equal(normalise(image, 'clahe').data.length, data.length);
  assert.equal(normalise(image, 'none'), image);
  for (const kind of ['clahe', 'hist', 'mean'] as const) {
    const flat = normalise({ width: 1, height: 1, data: new Uint8Array([9, 9, 9]) }, kind);
    assert.equal(flat.data.length, 3);
  }
});

test('a box turned by 90° and scaled to fit stays inside an oblong', () => {
  assert.equal(rotationFitScale(90, 640, 640), 1);
  assert.equal(rotationFitScale(0, 320, 240), 1);
  const scale = rotationFitScale(90, 320, 240);
  assert.ok(Math.abs(scale - 0.75) < 1e-9);
  const whole = { x: -0.5, y: -0.5, w: 320, h: 240 };
  const turned = mapBox(rotation(90, 320, 240, scale), whole);
  assert.ok(Math.abs(turned.y + 0.5) < 1e-9 && Math.abs(turned.h - 240) < 1e-9);
  assert.ok(turned.x >= -0.5 && turned.x + turned.w <= 319.5);
});
