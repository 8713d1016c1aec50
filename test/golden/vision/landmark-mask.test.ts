import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { alignFace, cropMatrix, cropRoi } from '../../../worker/vision/alignment.ts';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';
import { interpolators } from '../../../worker/vision/interpolators.ts';
import { type LandmarkMaskKind, landmarkMask, type MaskEdge } from '../../../worker/vision/landmark-mask.ts';
import { blurMask } from '../../../worker/vision/mask-blur.ts';
import { dilateMask } from '../../../worker/vision/mask-dilate.ts';
import { storeMask } from '../../../worker/vision/mask-storage.ts';
import { transformPointsSingle } from '../../../worker/vision/matrix.ts';
import type { Centering, Pose } from '../../../worker/vision/types.ts';
import { skipWithoutShared } from '../shared-data.ts';
import {
  flat,
  type GoldenSet,
  goldenGray,
  goldenJson,
  goldenSets,
  largestDifference,
  smallGolden,
} from './golden-data.ts';

const NAMES = { components: 'face', extended: 'face_extended', eye: 'eye', mouth: 'mouth' } as const;

function drawn(
  { landmarks }: Pick<GoldenSet, 'landmarks'>,
  kind: LandmarkMaskKind,
  centering: Centering,
  sizePx: number,
  edge: MaskEdge = 'hard',
): Uint8Array {
  const alignment = alignFace(flat(landmarks));
  const matrix = cropMatrix(alignment, { centering, sizePx });
  return landmarkMask(kind, transformPointsSingle(matrix, alignment.landmarks), sizePx, edge);
}

interface SmallSet extends Pick<GoldenSet, 'landmarks'> {
  readonly mask_sha256: Record<'components' | 'extended', string>;
}

for (const [name, set] of Object.entries(smallGolden<{ sets: Record<string, SmallSet> }>().sets)) {
  test(`face masks of ${name} are those of the reference, by sha256`, () => {
    for (const kind of ['components', 'extended'] as const) {
      const sha256 = createHash('sha256')
        .update(drawn(set, kind, 'face', 256))
        .digest('hex');
      assert.equal(sha256, set.mask_sha256[kind], kind);
    }
  });
}

interface StoredByV230 {
  readonly affine_matrix: number[][];
  readonly interpolator: number;
  readonly original_roi: number[][];
}
type SetOfV230 = Record<'components' | 'extended', StoredByV230> & { pose: Record<keyof Pose, number> };

const INTER_CODES = { linear: 1, cubic: 2, area: 3 };

test('hard masks, how they are stored and where they lie equal faceswap 2.3', {
  skip: skipWithoutShared,
}, async () => {
  const numbers = goldenJson<{ sets: Record<string, SetOfV230> }>('geometry_v230.json').sets;
  for (const [name, set] of goldenSets()) {
    const alignment = alignFace(flat(set.landmarks));
    const matrix = cropMatrix(alignment, { centering: 'face', sizePx: 256 });
    for (const angle of ['pitch', 'yaw', 'roll'] as const) {
      assert.ok(Math.abs(alignment.pose[angle] - numbers[name]!.pose[angle]) < 0.02, `${name} ${angle}`);
    }
    for (const kind of ['components', 'extended'] as const) {
      const mask = drawn(set, kind, 'face', 256);
      const expected = await goldenGray(`masks/v230_${name}_${kind}_256.png`);
      assert.ok(Buffer.from(mask).equals(expected.data), `${name} ${kind}`);
      const stored = storeMask(mask, 256, matrix, 128);
      const pixels = await goldenGray(`masks/v230_${name}_${kind}_stored128.png`);
      const { affine_matrix: affine, interpolator, original_roi: roi } = numbers[name]![kind];
      // 2.3 scales to 0..1 on the way and cuts fractions off
      assert.ok(largestDifference(stored.pixels, pixels.data) <= 1, `${name} ${kind}`);
      assert.ok(largestDifference(stored.matrix, affine.flat()) < 1e-3, `${name} ${kind}`);
      assert.deepEqual(cropRoi(stored.matrix, 128), roi, `${name} ${kind}`);
      assert.equal(INTER_CODES[interpolators(matrix).inverse], interpolator, `${name} ${kind}`);
    }
  }
});

test('smooth masks equal the reference', { skip: skipWithoutShared }, async () => {
  for (const [name, set] of goldenSets()) {
    for (const centering of ['face', 'head'] as const) {
      for (const [kind, file] of Object.entries(NAMES) as [LandmarkMaskKind, string][]) {
        for (const size of [128, 256]) {
          const mask = drawn(set, kind, centering, size, 'smooth');
          const expected = await goldenGray(`masks/${name}_${centering}_${size}_${file}.png`);
          assert.ok(Buffer.from(mask).equals(expected.data), `${name} ${centering} ${size} ${kind}`);
        }
      }
    }
  }
});

test('eye masks grown by 2.5 % and blurred equal the reference', { skip: skipWithoutShared }, async () => {
  for (const [name, set] of goldenSets()) {
    const mask: GrayImage = { width: 256, height: 256, data: drawn(set, 'eye', 'face', 256, 'smooth') };
    const soft = blurMask(dilateMask(mask, 2.5), 'gaussian', 256 / 16);
    const expected = await goldenGray(`masks/${name}_face_256_eye_dil2.5_blur17.png`);
    assert.ok(Buffer.from(soft.data).equals(expected.data), name);
  }
});

test('hard masks differ from smooth ones only at their edge', { skip: skipWithoutShared }, () => {
  for (const [name, set] of goldenSets()) {
    for (const kind of Object.keys(NAMES) as LandmarkMaskKind[]) {
      const mask: GrayImage = { width: 256, height: 256, data: drawn(set, kind, 'face', 256) };
      assertEdgesOnly(mask, drawn(set, kind, 'face', 256, 'smooth'), `${name} ${kind}`);
    }
  }
});

/** Pixels more than two pixels away from the edge are equal. */
function assertEdgesOnly(mask: GrayImage, expected: Uint8Array, what: string): void {
  const percent = (5 * 100) / mask.width;
  const inner = dilateMask(mask, -percent).data;
  const outer = dilateMask(mask, percent).data;
  mask.data.forEach((level, i) => {
    const edge = outer[i] !== inner[i];
    assert.ok(edge || level === expected[i], `${what}: pixel ${i} is ${level}, not ${expected[i]}`);
  });
}
