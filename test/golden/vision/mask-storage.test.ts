import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { alignFace, cropRoi } from '../../../worker/vision/alignment.ts';
import { blurMask } from '../../../worker/vision/mask-blur.ts';
import { dilateMask } from '../../../worker/vision/mask-dilate.ts';
import { maskInFrame, storeMask } from '../../../worker/vision/mask-storage.ts';
import { thresholdMask } from '../../../worker/vision/mask-threshold.ts';
import { subCropMask } from '../../../worker/vision/sub-crop.ts';
import type { Centering } from '../../../worker/vision/types.ts';
import { skipWithoutShared } from '../shared-data.ts';
import { flat, goldenGray, goldenJson, goldenSets, largestDifference, toMatrix } from './golden-data.ts';

interface StoredCase {
  readonly key: string;
  readonly input_size: number;
  readonly stored_size: number;
  readonly input_adjusted_matrix: number[][];
  readonly stored_affine_matrix: number[][];
  readonly interpolator: number;
  readonly original_roi: number[][];
  readonly raw_sha256: string;
  readonly subcrops?: { target: Centering; coverage: number; size: number }[];
}

const cases = () => goldenJson<StoredCase[]>('mask_storage_master.json');
const KEY = 'maskstore_face_256_to_128';
const options = { skip: skipWithoutShared };

test('stored masks and their matrices match the reference', options, async () => {
  for (const item of cases()) {
    const input = await goldenGray(`masks/${item.key}_input.png`);
    const matrix = toMatrix(item.input_adjusted_matrix);
    const stored = storeMask(input.data, item.input_size, matrix, item.stored_size);
    const expected = await goldenGray(`masks/${item.key}_stored.png`);
    assert.ok(Buffer.from(stored.pixels).equals(expected.data), item.key);
    assert.equal(createHash('sha256').update(stored.pixels).digest('hex'), item.raw_sha256, item.key);
    assert.deepEqual(cropRoi(stored.matrix, item.stored_size), item.original_roi, item.key);
    assert.ok(largestDifference(stored.matrix, item.stored_affine_matrix.flat()) < 1e-9, item.key);
    assert.equal(stored.interpolator, item.interpolator, item.key);
  }
});

test('a stored mask comes back into the frame exactly as in the reference', options, async () => {
  for (const item of cases()) {
    const expected = await goldenGray(`masks/${item.key}_fullframe.png`);
    const { data: pixels } = await goldenGray(`masks/${item.key}_stored.png`);
    const matrix = toMatrix(item.stored_affine_matrix);
    const seen = maskInFrame({ pixels, matrix }, expected.width, expected.height);
    assert.ok(Buffer.from(seen.data).equals(expected.data), item.key);
  }
});

test('dilation, erosion, threshold and blur equal the reference', options, async () => {
  const mask = await goldenGray(`masks/${KEY}_stored.png`);
  const processed = {
    blur4_even: blurMask(mask, 'gaussian', 4),
    blur5: blurMask(mask, 'gaussian', 5),
    gauss9x3: blurMask(mask, 'gaussian', 9, 3),
    norm9x2: blurMask(mask, 'normalized', 9, 2),
    'dilate-5': dilateMask(mask, -5),
    dilate5: dilateMask(mask, 5),
    'dilate2.5': dilateMask(mask, 2.5),
    thresh10: thresholdMask(mask, 10),
    thresh20_blur3: blurMask(thresholdMask(mask, 20), 'gaussian', 3),
  };
  for (const [name, { data }] of Object.entries(processed)) {
    const expected = await goldenGray(`masks/${KEY}_${name}.png`);
    assert.ok(Buffer.from(data).equals(expected.data), name);
  }
});

test('masks cut to another centering equal the reference', options, async () => {
  const mask = await goldenGray(`masks/${KEY}_stored.png`);
  const set = goldenSets().find(([name]) => name === 'rolled_25')![1];
  const { offsets } = alignFace(flat(set.landmarks));
  const { subcrops = [] } = cases().find(({ key }) => key === KEY)!;
  assert.equal(subcrops.length, 5);
  for (const { target: to, coverage, size } of subcrops) {
    const cut = subCropMask(mask, offsets, { from: 'face', to, coverage });
    const expected = await goldenGray(`masks/${KEY}_subcrop_${to}_${coverage.toFixed(1)}.png`);
    assert.equal(cut.width, size);
    assert.ok(Buffer.from(cut.data).equals(expected.data), `${to} ${coverage}`);
  }
});
