import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignFace } from '../../../worker/vision/alignment.ts';
import { linearPose } from '../../../worker/vision/linear-pose.ts';
import { transformPointsSingle } from '../../../worker/vision/matrix.ts';
import { MEAN_FACE_51 } from '../../../worker/vision/mean-face.ts';
import { leftJacobian, rotationMatrix } from '../../../worker/vision/rodrigues.ts';
import { solvePose } from '../../../worker/vision/solve-pose.ts';
import { symmetricEigen } from '../../../worker/vision/symmetric-eigen.ts';

describe('the pose of a head', () => {
  it('is finite whatever the landmarks are', () => {
    for (const landmarks of [
      new Float64Array(136),
      new Float64Array(136).fill(0.5),
      Float64Array.from({ length: 136 }, (_, i) => i),
      Float64Array.from({ length: 136 }, (_, i) => (i % 2 === 0 ? i : 0)),
      Float64Array.from({ length: 136 }, (_, i) => 1e9 * Math.sin(i)),
      Float64Array.from({ length: 136 }, (_, i) => 1e-30 * Math.sin(i)),
      Float64Array.from({ length: 136 }, (_, i) => (i === 72 ? 1e30 : 0)),
    ]) {
      const { rotation, translation } = solvePose(landmarks);
      assert.ok([...rotation, ...translation].every(Number.isFinite));
    }
  });

  it('is a mirrored face’s too, and never mirrored itself', () => {
    const face = new Float64Array(136);
    face.set(MEAN_FACE_51, 34);
    for (let i = 0; i < 17; i++) face.set([i / 16, 1.2 - ((i - 8) / 16) ** 2], 2 * i);
    const mirrored = face.map((value, i) => (i % 2 === 0 ? 300 - 100 * value : 100 * value));
    const { pose, offsets } = alignFace(mirrored);
    const numbers = [pose.pitch, pose.yaw, pose.roll, ...offsets.head, ...offsets.face];
    assert.ok(numbers.every(Number.isFinite), String(numbers));
  });

  it('is not found linearly when the landmarks are not finite', () => {
    assert.equal(linearPose(new Float64Array(52).fill(Number.NaN)), null);
  });
});

describe('the eigenvectors of a symmetric matrix', () => {
  it('are stretched by their values and stand upright on each other', () => {
    const n = 12;
    const rows = Float64Array.from({ length: n * n }, (_, i) => Math.sin(1 + i * i));
    const at = (a: Float64Array, i: number, k: number) => a[i * n + k]!;
    const matrix = Float64Array.from({ length: n * n }, (_, i) => {
      const [row, column] = [Math.floor(i / n), i % n];
      return at(rows, row, column) + at(rows, column, row);
    });
    const { values, vectors } = symmetricEigen(matrix, n);
    for (let i = 0; i < n; i++) {
      const vector = vectors.subarray(i * n, i * n + n);
      for (let row = 0; row < n; row++) {
        const image = vector.reduce((sum, value, k) => sum + at(matrix, row, k) * value, 0);
        assert.ok(Math.abs(image - values[i]! * vector[row]!) < 1e-12);
      }
      for (let k = 0; k < n; k++) {
        const product = vector.reduce((sum, value, m) => sum + value * at(vectors, k, m), 0);
        assert.ok(Math.abs(product - (i === k ? 1 : 0)) < 1e-12);
      }
    }
  });

  it('of an empty and of a diagonal matrix are the axes', () => {
    assert.deepEqual([...symmetricEigen(new Float64Array(4), 2).vectors], [1, 0, 0, 1]);
    assert.deepEqual([...symmetricEigen(new Float64Array([3, 0, 0, 5]), 2).values], [3, 5]);
  });
});

it('the left Jacobian says how a rotation turns when its vector changes', () => {
  for (const [x, y, z] of [
    [0, 0, 0],
    [1e-6, -2e-6, 1e-6],
    [0.3, -0.5, 0.2],
    [2, 1, -1.5],
  ] as const) {
    const jacobian = leftJacobian(x, y, z);
    const before = rotationMatrix(x, y, z);
    for (let k = 0; k < 3; k++) {
      const small = 1e-6;
      const change = [0, 1, 2].map((i) => (i === k ? small : 0));
      const after = rotationMatrix(x + change[0]!, y + change[1]!, z + change[2]!);
      const turn = rotationMatrix(jacobian[k]! * small, jacobian[3 + k]! * small, jacobian[6 + k]! * small);
      for (let i = 0; i < 9; i++) {
        const row = 3 * Math.floor(i / 3);
        const turned = [0, 1, 2].reduce((sum, m) => sum + turn[row + m]! * before[3 * m + (i % 3)]!, 0);
        assert.ok(Math.abs(turned - after[i]!) < 1e-11, `${turned}, not ${after[i]}`);
      }
    }
  }
});

it('points in single precision: what a face turned by less than its epsilon loses is what it loses in OpenCV', () => {
  const points = new Float64Array([1000, 2000]);
  const step = 2 ** -23;
  assert.deepEqual([...transformPointsSingle([0.5, -step, 0, step, 0.5, 0], points)], [500, 1000]);
  const more = 2 * step;
  assert.deepEqual(
    [...transformPointsSingle([0.5, -more, 0, more, 0.5, 0], points)],
    [500 - 2000 * more, 1000 + 1000 * more].map(Math.fround),
  );
});
