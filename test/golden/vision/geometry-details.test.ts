import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignFace } from '../../../worker/vision/alignment.ts';
import { project } from '../../../worker/vision/camera.ts';
import { MEAN_FACE_3D_26, MEAN_FACE_51, POSE_INDICES_26 } from '../../../worker/vision/mean-face.ts';
import { rotationMatrix } from '../../../worker/vision/rodrigues.ts';
import { solvePose } from '../../../worker/vision/solve-pose.ts';
import { baseSize } from '../../../worker/vision/sub-crop.ts';
import type { Centering, Matrix } from '../../../worker/vision/types.ts';
import { skipWithoutShared } from '../shared-data.ts';
import { flat, type GoldenSet, goldenJson, largestDifference } from './golden-data.ts';

interface DetailedSet extends GoldenSet {
  readonly pose: GoldenSet['pose'] & {
    readonly rotation_vector: [number, number, number];
    readonly translation_vector: [number, number, number];
    readonly xyz_2d: number[][];
  };
  /** What the batch code of faceswap, in single precision, gives. */
  readonly batch: {
    readonly matrix: number[][];
    readonly matrix_face: number[][];
    readonly matrix_head: number[][];
    readonly offsets_face: number[];
    readonly offsets_head: number[];
    readonly pitch: number;
    readonly yaw: number;
    readonly roll: number;
    readonly rotation: [number, number, number];
    readonly translation: [number, number, number];
  };
}

interface Geometry {
  readonly sets: Record<string, DetailedSet>;
  readonly mean_face_51: number[][];
  readonly mean_face_3d_26: number[][];
  readonly core_landmark_indices_26: number[];
  readonly base_size: { size: number; centering: Centering; out: number }[];
}

const geometry = () => goldenJson<Geometry>('geometry_master.json');
const options = { skip: skipWithoutShared };

test('mean faces and the sizes of the unit square equal the reference', options, () => {
  const {
    mean_face_51: flatFace,
    mean_face_3d_26: head,
    core_landmark_indices_26: core,
    base_size: sizes,
  } = geometry();
  assert.deepEqual([...MEAN_FACE_51], flatFace.flat());
  assert.deepEqual([...MEAN_FACE_3D_26], head.flat());
  assert.deepEqual(POSE_INDICES_26, core);
  assert.ok(sizes.length >= 9);
  for (const { size, centering, out } of sizes) assert.equal(baseSize(size, centering), out);
});

test('the camera’s place and the axes of the head match the reference', options, () => {
  for (const { landmarks, pose: expected } of Object.values(geometry().sets)) {
    const { normalised, offsets } = alignFace(flat(landmarks));
    const pose = solvePose(normalised);
    assert.ok(largestDifference(pose.rotation, rotationMatrix(...expected.rotation_vector)) < 1e-7);
    assert.ok(largestDifference(pose.translation, expected.translation_vector) < 1e-5);
    const axes = [
      [6, 0, -2.3],
      [0, 6, -2.3],
      [0, 0, 3.7],
    ] as const;
    axes.forEach((axis, i) => {
      const [x, y] = project(pose, axis);
      const seen = [x - offsets.head[0], y - offsets.head[1]];
      assert.ok(largestDifference(seen, expected.xyz_2d[i]!) < 1e-5);
    });
  }
});

test('alignment matches the reference’s batch results in single precision', options, () => {
  for (const [name, { landmarks, batch }] of Object.entries(geometry().sets)) {
    const { legacyMatrix, offsets, pose, normalised } = alignFace(flat(landmarks));
    const centred = (centering: Centering): Matrix => {
      const [a, b, tx, c, d, ty] = legacyMatrix;
      return [a, b, tx - offsets[centering][0], c, d, ty - offsets[centering][1]];
    };
    const twoRows = (matrix: number[][]) => matrix.slice(0, 2).flat();
    assert.ok(largestDifference(centred('legacy'), twoRows(batch.matrix)) < 1e-5, name);
    assert.ok(largestDifference(centred('face'), twoRows(batch.matrix_face)) < 1e-5, name);
    assert.ok(largestDifference(centred('head'), twoRows(batch.matrix_head)) < 1e-5, name);
    assert.ok(largestDifference(offsets.face, batch.offsets_face) < 1e-5, name);
    assert.ok(largestDifference(offsets.head, batch.offsets_head) < 1e-5, name);
    for (const angle of ['pitch', 'yaw', 'roll'] as const) {
      assert.ok(Math.abs(pose[angle] - batch[angle]) < 0.02, `${name} ${angle}`);
    }
    const camera = solvePose(normalised);
    assert.ok(largestDifference(camera.rotation, rotationMatrix(...batch.rotation)) < 1e-4, name);
    assert.ok(largestDifference(camera.translation, batch.translation) < 1e-2, name);
  }
});
