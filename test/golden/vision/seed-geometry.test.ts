import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropMatrix, cropPadding, cropRoi } from '../../../worker/vision/alignment.ts';
import { interpolators } from '../../../worker/vision/interpolators.ts';
import { storeMask } from '../../../worker/vision/mask-storage.ts';
import { transformPoints } from '../../../worker/vision/matrix.ts';
import { MEAN_FACE_51 } from '../../../worker/vision/mean-face.ts';
import { umeyama } from '../../../worker/vision/umeyama.ts';
import { warpAffine } from '../../../worker/vision/warp.ts';
import { skipWithoutShared } from '../shared-data.ts';
import {
  flat,
  goldenFrame,
  goldenJson,
  goldenRgb,
  goldenSets,
  imageDifference,
  largestDifference,
} from './golden-data.ts';

// faceswap of early 2020: one centering, and a mean face that lies a little further left

interface SeedSet {
  readonly matrix: number[][];
  readonly aligned: {
    readonly size: number;
    readonly padding: number;
    readonly adjusted_matrix: number[][];
    readonly landmarks: number[][];
    readonly original_roi: number[][];
    readonly interpolators?: number[];
  }[];
  readonly feed_256_cov1: {
    readonly padding: number;
    readonly matrix: number[][];
    readonly interpolators: number[];
  };
  readonly mask_store_128: { readonly affine_matrix: number[][]; readonly interpolator: number };
}

const CODES = { linear: 1, cubic: 2, area: 3 };
const NO_OFFSETS = { legacy: [0, 0], face: [0, 0], head: [0, 0] } as const;
const SHIFT = 0.009873;

const seed = () =>
  goldenJson<{ mean_face_51: number[][]; sets: Record<string, SeedSet> }>('geometry_seed.json');
const options = { skip: skipWithoutShared };

test('the early mean face is today’s, moved', options, () => {
  const moved = MEAN_FACE_51.map((value, i) => (i % 2 === 0 ? value - SHIFT : value));
  assert.ok(largestDifference(moved, seed().mean_face_51.flat()) < 1e-6);
});

test('crops of early faceswap have its matrices, regions, landmarks and pixels', options, async () => {
  const { mean_face_51: meanFace, sets } = seed();
  for (const [name, golden] of goldenSets()) {
    const expected = sets[name]!;
    const landmarks = flat(golden.landmarks);
    const legacyMatrix = umeyama(landmarks.subarray(34), flat(meanFace), Math.fround);
    assert.ok(largestDifference(legacyMatrix, expected.matrix.flat()) < 1e-12, name);
    const face = { legacyMatrix, offsets: NO_OFFSETS };
    for (const { size: sizePx, ...crop } of expected.aligned) {
      const matrix = cropMatrix(face, { centering: 'legacy', sizePx });
      assert.equal(cropPadding('legacy', sizePx), crop.padding, `${name} ${sizePx}`);
      assert.ok(largestDifference(matrix, crop.adjusted_matrix.flat()) < 1e-3, `${name} ${sizePx}`);
      assert.ok(largestDifference(transformPoints(matrix, landmarks), crop.landmarks.flat()) < 1e-3, name);
      assert.deepEqual(cropRoi(matrix, sizePx), crop.original_roi, `${name} ${sizePx}`);
      const { forward, inverse } = interpolators(matrix);
      if (crop.interpolators) assert.deepEqual([CODES[forward], CODES[inverse]], crop.interpolators);
    }
    const feed = cropMatrix(face, { centering: 'legacy', sizePx: 256 });
    const { forward: interpolation, inverse } = interpolators(feed);
    assert.equal(cropPadding('legacy', 256), expected.feed_256_cov1.padding);
    assert.ok(largestDifference(feed, expected.feed_256_cov1.matrix.flat()) < 1e-3, name);
    assert.deepEqual([CODES[interpolation], CODES[inverse]], expected.feed_256_cov1.interpolators, name);
    const frame = await goldenFrame(golden);
    const crop = warpAffine(frame, feed, { width: 256, height: 256, interpolation, border: 'zero' });
    const { mean, p999 } = imageDifference(crop.data, (await goldenRgb(`crops/seed_${name}_256.png`)).data);
    assert.ok(mean <= 0.5 && p999 <= 12, `${name}: mean ${mean}, 99.9th percentile ${p999}`);
    const { affine_matrix: affine, interpolator } = expected.mask_store_128;
    const stored = storeMask(new Uint8Array(256 * 256), 256, feed, 128);
    assert.ok(largestDifference(stored.matrix, affine.flat()) < 1e-3, name);
    assert.equal(CODES[inverse], interpolator, name);
  }
});
