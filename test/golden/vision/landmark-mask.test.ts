import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { alignFace, cropMatrix } from '../../../worker/vision/alignment.ts';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';
import { type LandmarkMaskKind, landmarkMask } from '../../../worker/vision/landmark-mask.ts';
import { dilateMask } from '../../../worker/vision/mask-dilate.ts';
import { storeMask } from '../../../worker/vision/mask-storage.ts';
import { transformPoints } from '../../../worker/vision/matrix.ts';
import type { Centering } from '../../../worker/vision/types.ts';
import { skipWithoutShared } from '../shared-data.ts';
import {
  flat,
  type GoldenSet,
  goldenGray,
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
): Uint8Array {
  const alignment = alignFace(flat(landmarks));
  const matrix = cropMatrix(alignment, { centering, sizePx });
  return landmarkMask(kind, transformPoints(matrix, alignment.landmarks), sizePx);
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

test('hard-edged face masks equal the reference', { skip: skipWithoutShared }, async () => {
  for (const [name, set] of goldenSets()) {
    for (const kind of ['components', 'extended'] as const) {
      const mask = drawn(set, kind, 'face', 256);
      const expected = await goldenGray(`masks/v230_${name}_${kind}_256.png`);
      assert.ok(Buffer.from(mask).equals(expected.data), `${name} ${kind}`);
      const matrix = cropMatrix(alignFace(flat(set.landmarks)), { centering: 'face', sizePx: 256 });
      const stored = await goldenGray(`masks/v230_${name}_${kind}_stored128.png`);
      assert.ok(
        largestDifference(storeMask(mask, 256, matrix, 128).pixels, stored.data) <= 1,
        `${name} ${kind}`,
      );
    }
  }
});

test('all masks differ from the soft-edged reference only at their edge', {
  skip: skipWithoutShared,
}, async () => {
  for (const [name, set] of goldenSets()) {
    for (const centering of ['face', 'head'] as const) {
      for (const [kind, file] of Object.entries(NAMES) as [LandmarkMaskKind, string][]) {
        for (const size of [128, 256]) {
          const mask: GrayImage = { width: size, height: size, data: drawn(set, kind, centering, size) };
          const expected = await goldenGray(`masks/${name}_${centering}_${size}_${file}.png`);
          assertEdgesOnly(mask, expected.data, `${name} ${centering} ${size} ${kind}`);
        }
      }
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
