import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignFace, cropMatrix } from '../../../worker/vision/alignment.ts';
import { eulerAngles, project } from '../../../worker/vision/camera.ts';
import { applyMatrix, composeMatrix, invertMatrix, transformPoints } from '../../../worker/vision/matrix.ts';
import { MEAN_FACE_3D_26, MEAN_FACE_51, POSE_INDICES_26 } from '../../../worker/vision/mean-face.ts';
import { rotationMatrix } from '../../../worker/vision/rodrigues.ts';
import { roundHalfEven } from '../../../worker/vision/round.ts';
import { solvePose } from '../../../worker/vision/solve-pose.ts';
import type { Matrix } from '../../../worker/vision/types.ts';
import { umeyama } from '../../../worker/vision/umeyama.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const similarity = fc
  .tuple(number(0.01, 50), number(-Math.PI, Math.PI), number(-2000, 2000), number(-2000, 2000))
  .map(([scale, angle, tx, ty]): Matrix => {
    const a = scale * Math.cos(angle);
    const c = scale * Math.sin(angle);
    return [a, -c, tx, c, a, ty];
  });

const affine = fc
  .tuple(number(-5, 5), number(-5, 5), number(-900, 900), number(-5, 5), number(-5, 5), number(-900, 900))
  .filter(([a, b, , c, d]) => Math.abs(a * d - b * c) > 0.05);

test('umeyama recovers any similarity', () => {
  fc.assert(
    fc.property(similarity, (matrix) => {
      const found = umeyama(MEAN_FACE_51, transformPoints(matrix, MEAN_FACE_51));
      found.forEach((value, i) => {
        assert.ok(Math.abs(value - matrix[i]!) < 1e-8 * (1 + Math.abs(matrix[i]!)));
      });
    }),
  );
});

test('umeyama never mirrors, whatever the target', () => {
  const points = fc.array(number(-100, 100), { minLength: 102, maxLength: 102 });
  fc.assert(
    fc.property(points, (target) => {
      const [a, b, , c, d] = umeyama(MEAN_FACE_51, new Float64Array(target));
      assert.ok(a * d - b * c >= 0);
      assert.ok(a === d && b === -c);
    }),
  );
});

test('a matrix after its inverse leaves points where they are', () => {
  fc.assert(
    fc.property(affine, number(-5000, 5000), number(-5000, 5000), (matrix, x, y) => {
      for (const map of [
        composeMatrix(invertMatrix(matrix), matrix),
        composeMatrix(matrix, invertMatrix(matrix)),
      ]) {
        const [bx, by] = applyMatrix(map, x, y);
        assert.ok(Math.abs(bx - x) < 1e-6 && Math.abs(by - y) < 1e-6);
      }
    }),
  );
});

test('composing matrices is applying one after the other', () => {
  fc.assert(
    fc.property(affine, affine, number(-100, 100), number(-100, 100), (outer, inner, x, y) => {
      const [ex, ey] = applyMatrix(outer, ...applyMatrix(inner, x, y));
      const [ax, ay] = applyMatrix(composeMatrix(outer, inner), x, y);
      assert.ok(Math.abs(ex - ax) < 1e-8 && Math.abs(ey - ay) < 1e-8);
    }),
  );
});

test('the pose of a projected head is found again', () => {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const angles = fc.tuple(number(-35, 35), number(-65, 65), number(-25, 25));
  fc.assert(
    fc.property(angles, number(-80, -45), number(1, 6), ([x, y, z], depth, up) => {
      const rotation = rotationMatrix(radians(x), radians(y), radians(z));
      const pose = { rotation, translation: [0, up, depth] as const };
      const seen = new Float64Array(136);
      POSE_INDICES_26.forEach((landmark, i) => {
        const [px, py, pz] = MEAN_FACE_3D_26.subarray(3 * i, 3 * i + 3);
        seen.set(project(pose, [px!, py!, pz!]), 2 * landmark);
      });
      const found = eulerAngles(solvePose(seen));
      const expected = eulerAngles(pose);
      for (const angle of ['pitch', 'yaw', 'roll'] as const) {
        assert.ok(
          Math.abs(found[angle] - expected[angle]) < 1e-4,
          `${angle} ${found[angle]} ${expected[angle]}`,
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('any landmarks give finite crops or a RangeError, and never hang', () => {
  const coordinate = fc.oneof(number(-1e4, 1e4), number(-1e-6, 1e-6), fc.double(), fc.constant(0));
  fc.assert(
    fc.property(fc.array(coordinate, { minLength: 136, maxLength: 136 }), (values) => {
      try {
        const alignment = alignFace(new Float64Array(values));
        const numbers = [
          ...cropMatrix(alignment, { centering: 'head', sizePx: 512 }),
          ...Object.values(alignment.pose),
        ];
        assert.ok(numbers.every(Number.isFinite), numbers.join());
      } catch (thrown) {
        assert.ok(thrown instanceof RangeError, String(thrown));
      }
    }),
    { numRuns: 300 },
  );
});

test('halves are rounded to even, everything else to the nearest', () => {
  for (const [value, rounded] of [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [0.49, 0],
  ]) {
    assert.equal(roundHalfEven(value!) + 0, rounded! + 0);
  }
  fc.assert(fc.property(number(-1e6, 1e6), (value) => Math.abs(roundHalfEven(value) - value) <= 0.5));
});
