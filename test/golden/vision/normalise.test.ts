import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterFace, filterValues } from '../../../worker/vision/aligner-filters.ts';
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

interface FilterRow {
  readonly set: string;
  readonly face_box_size_px: number;
  readonly min_dim: number;
  readonly scale_ok_default: boolean;
  readonly features_ok: boolean;
  readonly distance: number;
  readonly roll: number;
}

/** The original's defaults. */
const SCALE_LIMITS = { features: false, minScale: 0.03, maxScale: 4, distancePercent: 0, rollDeg: 0 };
const FEATURES_LIMIT = { features: true, minScale: 0, maxScale: 0, distancePercent: 0, rollDeg: 0 };

test('the values that filters judge match the reference', { skip: skipWithoutShared }, () => {
  const { align_filter_master: expected } = goldenJson<{
    align_filter_master: FilterRow[];
  }>('infer_master.json');
  for (const [name, set] of goldenSets()) {
    const alignment = alignFace(flat(set.landmarks));
    const values = filterValues(alignment);
    const row = expected.find((item) => item.set === name)!;
    const [height, width] = set.frame_hw;
    assert.equal(Math.min(width, height), row.min_dim);
    assert.equal(filterFace(alignment, { width, height }, SCALE_LIMITS) === null, row.scale_ok_default);
    assert.equal(filterFace(alignment, { width, height }, FEATURES_LIMIT) === null, row.features_ok);
    assert.ok(Math.abs(values.facePx - row.face_box_size_px) < 1e-3);
    assert.ok(Math.abs(values.distance - row.distance) < 1e-5);
    assert.ok(Math.abs(values.roll - row.roll) < 0.02);
    assert.ok(Math.abs(values.eyesToMouth - set.relative_eye_mouth_position) < 1e-5);
  }
});
