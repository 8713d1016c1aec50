import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  cv2DnnRegion,
  fanRegion,
  fanRegionBefore2026,
  hrNetRegion,
} from '../../../worker/vision/aligner-regions.ts';
import {
  type Anchor,
  decodeAnchor,
  RETINAFACE_LEVELS,
  squareAnchors,
} from '../../../worker/vision/anchors.ts';
import { heatmapPoints } from '../../../worker/vision/heatmap-points.ts';
import { applyMatrix, IDENTITY } from '../../../worker/vision/matrix.ts';
import { realignCrop } from '../../../worker/vision/realign.ts';
import type { Box } from '../../../worker/vision/types.ts';
import { SHARED, skipWithoutShared } from '../shared-data.ts';
import { goldenJson, largestDifference } from './golden-data.ts';

type Corners = [left: number, top: number, right: number, bottom: number];

interface Numbers {
  readonly s3fd_decode: { loc: Anchor; prior: Anchor; box: Corners }[];
  readonly retinaface_priors: { shape: number[]; first: number[][]; last: number[][]; sum: number };
  readonly aligner_roi: Record<'boxes_ltrb' | 'fan' | 'hrnet' | 'cv2_dnn', Corners[]>;
  readonly seed_fan_crop: { box: Corners; top_left: number[]; bottom_right: number[] }[];
  readonly heatmap_decode: Record<
    'ground_truth' | 'fan_dark_normalised' | 'fan_classic_normalised',
    number[][][]
  >;
  readonly realign: { expanded_size: number; adjust_matrix: number[][]; default_crop_matrix: number[][] };
}

const numbers = () => goldenJson<Numbers>('infer_master.json');
const toBox = ([left, top, right, bottom]: Corners): Box => ({
  x: left,
  y: top,
  w: right - left,
  h: bottom - top,
});
const toCorners = ({ x, y, w, h }: Box): Corners => [x, y, x + w, y + h];
const options = { skip: skipWithoutShared };

test('boxes of anchors match the reference', options, () => {
  for (const { loc, prior, box } of numbers().s3fd_decode) {
    assert.ok(largestDifference(toCorners(decodeAnchor(prior, loc)), box) < 1e-9);
  }
});

test('RetinaFace’s anchors match the reference', options, () => {
  const { shape, first, last, sum } = numbers().retinaface_priors;
  const anchors = squareAnchors(RETINAFACE_LEVELS, 640);
  assert.deepEqual([1, anchors.length, 4], shape);
  assert.ok(largestDifference(anchors.slice(0, first.length).flat(), first.flat()) < 1e-6);
  assert.ok(largestDifference(anchors.slice(-last.length).flat(), last.flat()) < 1e-6);
  assert.ok(Math.abs(anchors.flat().reduce((total, value) => total + value, 0) - sum) < 1e-2);
});

test('the regions of the original’s aligners match the reference', options, () => {
  const { aligner_roi: regions, seed_fan_crop: seed } = numbers();
  regions.boxes_ltrb.forEach((corners, i) => {
    const box = toBox(corners);
    assert.deepEqual(toCorners(fanRegion(box)), regions.fan[i]);
    assert.deepEqual(toCorners(hrNetRegion(box)), regions.hrnet[i]);
    assert.deepEqual(toCorners(cv2DnnRegion(box)), regions.cv2_dnn[i]);
  });
  for (const { box, top_left, bottom_right } of seed) {
    assert.deepEqual(toCorners(fanRegionBefore2026(toBox(box))), [...top_left, ...bottom_right]);
  }
});

test('heat maps are decoded as in the reference, and to the true points', options, () => {
  const bytes = readFileSync(join(SHARED!, 'golden', 'norm', 'heatmaps_2x68x64x64_f32le.bin'));
  const maps = new Float32Array(new Uint8Array(bytes).buffer);
  const { heatmap_decode: expected } = numbers();
  const dark = heatmapPoints(maps, 64, 'dark');
  assert.ok(largestDifference(dark, expected.fan_dark_normalised.flat(2)) < 1e-4);
  assert.ok(
    largestDifference(
      dark,
      expected.ground_truth.flat(2).map((value) => value / 64),
    ) < 1e-2,
  );
  const ratio = heatmapPoints(maps, 64, 'ratio');
  assert.ok(largestDifference(ratio, expected.fan_classic_normalised.flat(2)) < 1e-6);
});

test('the crop of a second pass has the reference’s size, margin and scale', options, () => {
  const { expanded_size, adjust_matrix: adjust, default_crop_matrix: margin } = numbers().realign;
  const { sizePx, marginPx, matrix } = realignCrop(IDENTITY, 256);
  assert.equal(sizePx, expanded_size);
  assert.equal(marginPx, margin[0]![2]);
  for (const [x, y] of [
    [0, 0],
    [1, 0],
    [0.3, 0.8],
  ] as const) {
    const expected = adjust.slice(0, 2).map((row) => (row[0]! * x + row[1]! * y + row[2]!) * 256 + marginPx);
    assert.ok(largestDifference(applyMatrix(matrix, x, y), expected) < 1e-4);
  }
});
