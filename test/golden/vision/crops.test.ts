import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { alignFace, cropMatrix } from '../../../worker/vision/alignment.ts';
import { interpolators } from '../../../worker/vision/interpolators.ts';
import { subCrop, subCropSize } from '../../../worker/vision/sub-crop.ts';
import type { Centering, Matrix, RgbImage } from '../../../worker/vision/types.ts';
import { warpAffine } from '../../../worker/vision/warp.ts';
import { SHARED, skipWithoutShared } from '../shared-data.ts';
import {
  flat,
  goldenFrame,
  goldenJson,
  goldenRgb,
  goldenSets,
  imageDifference,
  smallGolden,
  toMatrix,
} from './golden-data.ts';

function cut(frame: RgbImage, matrix: Matrix, sizePx: number, interpolation = interpolators(matrix).forward) {
  return warpAffine(frame, matrix, { width: sizePx, height: sizePx, interpolation, border: 'zero' });
}

function assertClose(a: RgbImage, b: RgbImage, what: string): void {
  const { mean, p999 } = imageDifference(a.data, b.data);
  assert.ok(mean <= 0.5 && p999 <= 12, `${what}: mean ${mean}, 99.9th percentile ${p999}`);
}

test('crops match the reference, and exactly with its own matrix', { skip: skipWithoutShared }, async () => {
  let compared = 0;
  for (const [name, set] of goldenSets()) {
    const frame = await goldenFrame(set);
    const alignment = alignFace(flat(set.landmarks));
    for (const crop of set.aligned) {
      const file = `crops/${name}_${crop.centering}_${crop.size}.png`;
      const whole = crop.coverage === 1 && crop.y_offset === undefined;
      if (!whole || !existsSync(join(SHARED!, 'golden', file))) continue;
      const expected = await goldenRgb(file);
      const { centering, size: sizePx } = crop;
      assertClose(cut(frame, cropMatrix(alignment, { centering, sizePx }), sizePx), expected, file);
      const same = cut(frame, toMatrix(crop.adjusted_matrix), sizePx);
      assert.ok(Buffer.from(same.data).equals(expected.data), `${file} with the reference's matrix`);
      compared++;
    }
  }
  assert.ok(compared >= 30, `${compared} crops`);
});

test('bilinear head crops match those the original writes', { skip: skipWithoutShared }, async () => {
  for (const [name, set] of goldenSets()) {
    const matrix = cropMatrix(alignFace(flat(set.landmarks)), { centering: 'head', sizePx: 512 });
    const crop = cut(await goldenFrame(set), matrix, 512, 'linear');
    assertClose(crop, await goldenRgb(`crops/${name}_batch_head_512.png`), name);
  }
});

test('crops cut from a head crop match the reference', { skip: skipWithoutShared }, async () => {
  for (const [name, set] of goldenSets()) {
    const alignment = alignFace(flat(set.landmarks));
    const head = cut(await goldenFrame(set), cropMatrix(alignment, { centering: 'head', sizePx: 512 }), 512);
    for (const to of ['legacy', 'face'] as const) {
      const expected = await goldenRgb(`crops/${name}_from_head512_${to}_256.png`);
      assertClose(subCrop(head, alignment.offsets, { from: 'head', to }, 256), expected, `${name} ${to}`);
    }
  }
});

interface SizeCase {
  readonly src: Centering;
  readonly dst: Centering;
  readonly size: number;
  readonly coverage: number;
  readonly out: number;
}

function checkSizes(cases: readonly SizeCase[]): void {
  assert.ok(cases.length > 20);
  for (const { src: from, dst: to, size, coverage, out } of cases) {
    assert.equal(subCropSize(size, { from, to, coverage }), out, `${from} ${size} to ${to} × ${coverage}`);
  }
}

test('sizes of sub-crops match the stored numbers', () => {
  checkSizes(smallGolden<{ sub_crop_size: SizeCase[] }>().sub_crop_size);
});

test('sizes of sub-crops match the reference', { skip: skipWithoutShared }, () => {
  checkSizes(goldenJson<{ sub_crop_size: SizeCase[] }>('geometry_master.json').sub_crop_size);
});
