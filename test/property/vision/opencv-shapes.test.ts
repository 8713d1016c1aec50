import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CameraPose, eulerAngles, project } from '../../../worker/vision/camera.ts';
import { convexHull } from '../../../worker/vision/convex-hull.ts';
import { fillConvexPolygon } from '../../../worker/vision/fill-polygon.ts';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';
import { transformPointsSingle } from '../../../worker/vision/matrix.ts';
import { MEAN_FACE_3D_26, POSE_INDICES_26 } from '../../../worker/vision/mean-face.ts';
import { rotationMatrix, rotationVector } from '../../../worker/vision/rodrigues.ts';
import { solvePose } from '../../../worker/vision/solve-pose.ts';
import type { Point } from '../../../worker/vision/types.ts';
import { loadOpenCv } from '../../fixtures/load-opencv.ts';

// against OpenCV itself, built for WebAssembly, on random input
const { cv } = await loadOpenCv();
const size = fc.integer({ min: 1, max: 70 });

const coordinate = fc.integer({ min: -60, max: 120 });
const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 14 });

test('hulls have the corners of OpenCV’s, in its order unless points coincide', () => {
  fc.assert(
    fc.property(points, (given) => {
      const source = cv.matFromArray(given.length, 1, cv.CV_32SC2, given.flat());
      const target = new cv.Mat();
      cv.convexHull(source, target, false, true);
      const theirs = Array.from({ length: target.rows }, (_, i) => [
        target.data32S[2 * i]!,
        target.data32S[2 * i + 1]!,
      ]);
      source.delete();
      target.delete();
      const ours = convexHull(given);
      const distinct = new Set(given.map(String)).size === given.length;
      if (distinct) assert.deepEqual(ours, theirs);
      else assert.deepEqual(ours.map(String).sort(), theirs.map(String).sort());
    }),
    { numRuns: 500 },
  );
});

test('filled polygons, hard and smooth, inside and cut off, equal OpenCV’s', () => {
  fc.assert(
    fc.property(size, size, points, fc.boolean(), (width, height, given, smooth) => {
      const hull = convexHull(given as Point[]);
      const image: GrayImage = { width, height, data: new Uint8Array(width * height) };
      fillConvexPolygon(image, hull, 255, smooth);
      const corners = cv.matFromArray(hull.length, 1, cv.CV_32SC2, hull.flat());
      const canvas = cv.Mat.zeros(height, width, cv.CV_8UC1);
      const line = smooth ? cv.LINE_AA : cv.LINE_8;
      cv.fillConvexPoly(canvas, corners, new cv.Scalar(255, 0, 0, 0), line, 0);
      const theirs = Uint8Array.from(canvas.data);
      corners.delete();
      canvas.delete();
      assert.deepEqual(image.data, theirs);
    }),
    { numRuns: 1000 },
  );
});

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const angle = (most: number) => fc.double({ min: -most, max: most, noNaN: true }).map(radians);

/** Landmarks of a turned head with errors of up to 8 % of the face, and squeezed as no head is, in single precision. */
const seenHead = fc
  .tuple(
    angle(40),
    angle(60),
    angle(20),
    fc.double({ min: 0.5, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 0.08, noNaN: true }),
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 52, maxLength: 52 }),
  )
  .map(([x, y, z, squeeze, most, errors]) => {
    const pose = { rotation: rotationMatrix(x, y, z), translation: [0, 3.9, -59] as const };
    const seen = new Float64Array(136);
    POSE_INDICES_26.forEach((landmark, i) => {
      const [px, py, pz] = MEAN_FACE_3D_26.subarray(3 * i, 3 * i + 3);
      const [u, v] = project(pose, [px!, py!, pz!]);
      const place = [u * squeeze + most * errors[2 * i]!, v + most * errors[2 * i + 1]!];
      seen.set(place.map(Math.fround), 2 * landmark);
    });
    return seen;
  });

const head = cv.matFromArray(26, 3, cv.CV_64F, [...MEAN_FACE_3D_26]);
const camera = cv.matFromArray(3, 3, cv.CV_64F, [4, 0, 0.5, 0, 4, 0.5, 0, 0, 1]);
const distortion = cv.Mat.zeros(4, 1, cv.CV_64F);

function poseOfOpenCv(seen: Float64Array): CameraPose {
  const points = POSE_INDICES_26.flatMap((i) => [...seen.subarray(2 * i, 2 * i + 2)]);
  const image = cv.matFromArray(26, 2, cv.CV_32F, points);
  const [turn, shift] = [new cv.Mat(), new cv.Mat()];
  cv.solvePnP(head, image, camera, distortion, turn, shift, false, cv.SOLVEPNP_ITERATIVE);
  const [x, y, z] = turn.data64F as unknown as [number, number, number];
  const pose = { rotation: rotationMatrix(x, y, z), translation: [...shift.data64F] as never };
  for (const mat of [image, turn, shift]) mat.delete();
  return pose;
}

test('poses of turned heads with inexact landmarks equal OpenCV’s solvePnP, also where it ends too early', () => {
  let early = 0;
  fc.assert(
    fc.property(seenHead, (seen) => {
      const theirs = poseOfOpenCv(seen);
      const ours = solvePose(seen);
      for (const name of ['pitch', 'yaw', 'roll'] as const) {
        assert.ok(Math.abs(eulerAngles(ours)[name] - eulerAngles(theirs)[name]) < 1e-3, name);
      }
      for (const place of [
        [0, 0, -2.3],
        [0, -1.5, 4.2],
      ] as const) {
        const [u, v] = project(ours, place);
        const [s, t] = project(theirs, place);
        assert.ok(Math.abs(u - s) < 1e-5 && Math.abs(v - t) < 1e-5);
      }
      if (isFarFromMinimum(theirs, seen)) early += 1;
    }),
    { numRuns: 300 },
  );
  assert.ok(early > 0, 'no pose was one that a better search would not end at');
});

/** Whether turning the head by a tenth of a degree brings it nearer to the landmarks. */
function isFarFromMinimum({ rotation, translation }: CameraPose, seen: Float64Array): boolean {
  const error = (pose: CameraPose) =>
    POSE_INDICES_26.reduce((sum, landmark, i) => {
      const [x, y, z] = MEAN_FACE_3D_26.subarray(3 * i, 3 * i + 3);
      const [u, v] = project(pose, [x!, y!, z!]);
      return sum + (u - seen[2 * landmark]!) ** 2 + (v - seen[2 * landmark + 1]!) ** 2;
    }, 0);
  const [x, y, z] = rotationVector(rotation);
  const least = error({ rotation, translation });
  return [-0.1, 0.1].some((degrees) => {
    const turned = rotationMatrix(x, y + radians(degrees), z);
    return error({ rotation: turned, translation }) < least;
  });
}

test('rotation vectors of matrices equal OpenCV’s, up to half a turn', () => {
  const part = fc.oneof(fc.constantFrom(0, 1, -1), fc.double({ min: -1, max: 1, noNaN: true }));
  const turn = fc.oneof(fc.constantFrom(0, 1e-6, Math.PI), angle(180).map(Math.abs));
  const axis = fc.tuple(part, part, part).filter((parts) => Math.hypot(...parts) > 0.01);
  fc.assert(
    fc.property(axis, turn, (parts, size) => {
      const length = Math.hypot(...parts);
      const [x, y, z] = parts.map((value) => (value * size) / length) as [number, number, number];
      const matrix = rotationMatrix(x, y, z);
      const source = cv.matFromArray(3, 3, cv.CV_64F, [...matrix]);
      const target = new cv.Mat();
      cv.Rodrigues(source, target);
      const theirs = [...target.data64F];
      for (const mat of [source, target]) mat.delete();
      rotationVector(matrix).forEach((value, i) => {
        assert.ok(Math.abs(value - theirs[i]!) < 1e-6, `${value}, not ${theirs[i]}`);
      });
    }),
    { numRuns: 500 },
  );
});

test('points in single precision equal OpenCV’s transform but for its last digit, also where it leaves a tiny turn out', () => {
  const scale = fc.double({ min: 1e-4, max: 0.05, noNaN: true });
  const shift = fc.double({ min: -20, max: 20, noNaN: true });
  const turn = fc.oneof(
    fc.double({ min: -3e-7, max: 3e-7, noNaN: true }),
    fc.double({ min: -0.05, max: 0.05, noNaN: true }),
    fc.constantFrom(0, 2 ** -23, -(2 ** -23)),
  );
  const pixel = fc.float({ min: -500, max: 4000, noNaN: true });
  const pixels = fc.array(pixel, { minLength: 136, maxLength: 136 });
  fc.assert(
    fc.property(scale, turn, shift, shift, pixels, (a, c, tx, ty, points) => {
      const source = cv.matFromArray(68, 1, cv.CV_32FC2, points);
      const rows = cv.matFromArray(2, 3, cv.CV_64F, [a, -c, tx, c, a, ty]);
      const target = new cv.Mat();
      cv.transform(source, target, rows);
      const theirs = [...target.data32F];
      for (const mat of [source, rows, target]) mat.delete();
      transformPointsSingle([a, -c, tx, c, a, ty], new Float64Array(points)).forEach((value, i) => {
        const largest = Math.abs(tx) + Math.abs(ty) + 4000 * (a + Math.abs(c));
        assert.ok(Math.abs(value - theirs[i]!) <= 2 ** -22 * largest, `${value}, not ${theirs[i]}`);
      });
    }),
    { numRuns: 300 },
  );
});
