import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alignFace,
  cropMatrix,
  cropPadding,
  cropRoi,
  type FaceAlignment,
} from '../../../worker/vision/alignment.ts';
import { interpolators } from '../../../worker/vision/interpolators.ts';
import { transformPoints } from '../../../worker/vision/matrix.ts';
import { skipWithoutShared } from '../shared-data.ts';
import {
  flat,
  type GoldenCrop,
  type GoldenSet,
  goldenSets,
  largestDifference,
  smallGolden,
} from './golden-data.ts';

const CODES = { linear: 1, cubic: 2, area: 3 };

type Numbers = Pick<GoldenSet, 'landmarks' | 'legacy_matrix' | 'pose' | 'aligned'>;

function checkAlignment(set: Numbers, alignment: FaceAlignment): void {
  assert.ok(largestDifference(alignment.legacyMatrix, set.legacy_matrix.flat()) < 1e-12, 'legacy matrix');
  for (const angle of ['pitch', 'yaw', 'roll'] as const) {
    const difference = Math.abs(alignment.pose[angle] - set.pose[angle]);
    assert.ok(difference < 1e-5, `${angle} differs by ${difference}°`);
  }
  for (const centering of ['legacy', 'face', 'head'] as const) {
    assert.ok(largestDifference(alignment.offsets[centering], set.pose.offset[centering]) < 1e-7, centering);
  }
}

function checkCrop(crop: GoldenCrop, alignment: FaceAlignment): void {
  const { centering, size: sizePx, coverage, y_offset: yOffset = 0 } = crop;
  const what = `${centering} ${sizePx} px, coverage ${coverage}, y offset ${yOffset}`;
  const matrix = cropMatrix(alignment, { centering, sizePx, coverage, yOffset });
  assert.equal(cropPadding(centering, sizePx, coverage), crop.padding, what);
  assert.deepEqual(cropRoi(matrix, sizePx), crop.original_roi, what);
  // the reference's matrix leaves the offset out that its ROI and landmarks have
  const plain = yOffset === 0 ? matrix : cropMatrix(alignment, { centering, sizePx, coverage });
  assert.ok(largestDifference(plain, crop.adjusted_matrix.flat()) < 1e-5, what);
  if (crop.interpolators) {
    const { forward, inverse } = interpolators(matrix);
    assert.deepEqual([CODES[forward], CODES[inverse]], crop.interpolators, what);
  }
  if (crop.landmarks) {
    const moved = transformPoints(matrix, alignment.landmarks);
    assert.ok(largestDifference(moved, crop.landmarks.flat()) < 1e-3, what);
  }
}

for (const [name, set] of Object.entries(smallGolden<{ sets: Record<string, Numbers> }>().sets)) {
  test(`alignment and crops of ${name} match the stored numbers`, () => {
    const alignment = alignFace(flat(set.landmarks));
    checkAlignment(set, alignment);
    for (const crop of set.aligned) checkCrop(crop, alignment);
  });
}

test('alignment and crops of all sets match the reference', { skip: skipWithoutShared }, () => {
  const sets = goldenSets();
  assert.ok(sets.length >= 8);
  for (const [, set] of sets) {
    const alignment = alignFace(flat(set.landmarks));
    checkAlignment(set, alignment);
    assert.deepEqual([...alignment.normalised], set.normalized_landmarks.flat());
    assert.equal(set.aligned.length, 33);
    for (const crop of set.aligned) checkCrop(crop, alignment);
  }
});
