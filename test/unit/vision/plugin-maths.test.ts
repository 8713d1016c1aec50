import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AlignerRegion,
  cv2DnnRegion,
  fanRegion,
  fanRegionBefore2026,
  hrNetRegion,
} from '../../../worker/vision/aligner-regions.ts';
import { decodeAnchor, RETINAFACE_LEVELS, squareAnchors } from '../../../worker/vision/anchors.ts';
import { heatmapPoints } from '../../../worker/vision/heatmap-points.ts';
import { IDENTITY } from '../../../worker/vision/matrix.ts';
import { realignCrop } from '../../../worker/vision/realign.ts';

test('an anchor without offsets is its own box; offsets move by tenths and scale by fifths of the exponent', () => {
  assert.deepEqual(decodeAnchor([18, 34, 16, 8], [0, 0, 0, 0]), { x: 10, y: 30, w: 16, h: 8 });
  const { x, y, w, h } = decodeAnchor([18, 34, 16, 8], [1, -1, 5, 0]);
  assert.ok(Math.abs(w - 16 * Math.E) < 1e-12 && h === 8);
  assert.ok(Math.abs(x + w / 2 - 19.6) < 1e-12 && Math.abs(y + h / 2 - 33.2) < 1e-12);
});

test('anchors are numbered by level, row, column and side', () => {
  const anchors = squareAnchors(RETINAFACE_LEVELS, 64);
  assert.equal(anchors.length, 2 * (64 + 16 + 4));
  assert.deepEqual(anchors[0], [4 / 64, 4 / 64, 16 / 64, 16 / 64]);
  assert.deepEqual(anchors[3], [12 / 64, 4 / 64, 32 / 64, 32 / 64]);
  assert.deepEqual(anchors.at(-1), [48 / 64, 48 / 64, 8, 8]);
});

test('regions of aligners have the original’s corners', () => {
  const corners = (region: AlignerRegion) => {
    const { x, y, w, h } = region({ x: 100, y: 120, w: 120, h: 180 });
    return [x, y, x + w, y + h];
  };
  assert.deepEqual(corners(fanRegion), [41, 91, 280, 330]);
  assert.deepEqual(corners(fanRegionBefore2026), [7, 35, 313, 342]);
  assert.deepEqual(corners(hrNetRegion), [48, 98, 272, 322]);
  assert.deepEqual(corners(cv2DnnRegion), [70, 150, 250, 330]);
});

/** A map with a bell around a point. */
function bell(sizePx: number, x: number, y: number): Float32Array {
  return Float32Array.from({ length: sizePx * sizePx }, (_, i) =>
    Math.exp(-(((i % sizePx) - x) ** 2 + (Math.floor(i / sizePx) - y) ** 2) / 4.5),
  );
}

test('the middle of a bell is found between the pixels', () => {
  const place = fc.double({ min: 8, max: 23, noNaN: true });
  fc.assert(
    fc.property(place, place, (x, y) => {
      const [darkX, darkY] = heatmapPoints(bell(32, x, y), 32, 'dark');
      assert.ok(Math.hypot(darkX! * 32 - x, darkY! * 32 - y) < 0.02);
      const [ratioX, ratioY] = heatmapPoints(bell(32, x, y), 32, 'ratio');
      assert.ok(Math.hypot(ratioX! * 32 - 0.5 - x, ratioY! * 32 - 0.5 - y) < 0.45);
    }),
  );
});

test('any heat map gives a point; flat ones and peaks in corners do not read outside', () => {
  const level = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1, max: 1 });
  fc.assert(
    fc.property(
      fc.array(level, { minLength: 50, maxLength: 50 }),
      fc.constantFrom('ratio', 'dark'),
      (values, how) => {
        const points = heatmapPoints(Float32Array.from(values), 5, how as 'ratio' | 'dark');
        assert.equal(points.length, 4);
        if (how === 'ratio') assert.ok(points.every((value) => value >= 0 && value <= 1));
        else assert.ok(points.every((value) => !Number.isNaN(value)));
      },
    ),
  );
  assert.deepEqual([...heatmapPoints(new Float32Array(25), 5, 'dark')], [0.4, 0.4]);
  assert.throws(() => heatmapPoints(new Float32Array(26), 5, 'dark'), RangeError);
  assert.throws(() => heatmapPoints(new Float32Array(9), 3, 'dark'), RangeError);
});

test('the crop of a second pass is a little larger than the input', () => {
  const { sizePx, marginPx, matrix } = realignCrop(IDENTITY, 256);
  assert.deepEqual([sizePx, marginPx], [282, 13]);
  [0.7 * 256, 0, 0.15 * 256 + 13, 0, 0.7 * 256, 0.15 * 256 + 13].forEach((value, i) => {
    assert.ok(Math.abs(matrix[i]! - value) < 1e-9);
  });
});
