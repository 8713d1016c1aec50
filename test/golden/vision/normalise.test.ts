import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterValues } from '../../../worker/vision/aligner-filters.ts';
import { alignFace } from '../../../worker/vision/alignment.ts';
import { normalise } from '../../../worker/vision/normalise.ts';
import { skipWithoutShared } from '../shared-data.ts';
import { flat, goldenJson, goldenRgb, goldenSets } from './golden-data.ts';

for (const kind of ['clahe', 'hist', 'mean'] as const) {
  test(`${kind} equals the reference`, { skip: skipWithoutShared }, async () => {
    const { data } = normalise(await goldenRgb('norm/patch_in.png'), kind);
    const expected = await goldenRgb(`norm/patch_${kind}_seed.png`);
    assert.ok(Buffer.from(data).equals(expected.data));
  });
}

test('the values that filters judge match the reference', { skip: skipWithoutShared }, () => {
  const { align_filter_master: expected } = goldenJson<{
    align_filter_master: { set: string; face_box_size_px: number; distance: number; roll: number }[];
  }>('infer_master.json');
  for (const [name, set] of goldenSets()) {
    const values = filterValues(alignFace(flat(set.landmarks)));
    const row = expected.find((item) => item.set === name)!;
    assert.ok(Math.abs(values.facePx - row.face_box_size_px) < 1e-3);
    assert.ok(Math.abs(values.distance - row.distance) < 1e-5);
    assert.ok(Math.abs(values.roll - row.roll) < 0.02);
    assert.ok(Math.abs(values.eyesToMouth - set.relative_eye_mouth_position) < 1e-5);
  }
});
