import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convexHull } from '../../../worker/vision/convex-hull.ts';
import { blendMask, drawCircle, drawLandmarks, drawLine, drawPolygon } from '../../../worker/vision/draw.ts';
import { fillConvexPolygon } from '../../../worker/vision/fill-polygon.ts';
import { IDENTITY } from '../../../worker/vision/matrix.ts';
import type { Point, RgbImage } from '../../../worker/vision/types.ts';

const RED = [255, 0, 0] as const;
const black = (width: number, height: number): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3),
});

/** One string per row: `#` where the first channel is bright. */
function picture({ width, height, data }: RgbImage, channels = 3): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[(y * width + x) * channels]! > 127 ? '#' : '.')).join(''),
  );
}

function filled(corners: readonly Point[], width = 7, height = 5): string[] {
  const image = { width, height, data: new Uint8Array(width * height) };
  fillConvexPolygon(image, corners, 255);
  return picture(image, 1);
}

test('the hull leaves out inner points, points on edges and repeats', () => {
  const points: Point[] = [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 4],
    [2, 2],
    [2, 0],
    [4, 4],
  ];
  const hull = convexHull(points);
  assert.equal(hull.length, 4);
  for (const corner of [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 4],
  ]) {
    assert.ok(hull.some(([x, y]) => x === corner[0] && y === corner[1]));
  }
  assert.deepEqual(convexHull([]), []);
  assert.deepEqual(convexHull([[1, 2]]), [[1, 2]]);
});

test('a filled polygon includes its edges and is cut off at the image', () => {
  assert.deepEqual(
    filled([
      [1, 1],
      [5, 1],
      [5, 3],
      [1, 3],
    ]),
    ['.......', '.#####.', '.#####.', '.#####.', '.......'],
  );
  assert.deepEqual(
    filled([
      [3, 0],
      [6, 3],
      [3, 3],
    ]),
    ['...#...', '...##..', '...###.', '...####', '.......'],
  );
  assert.deepEqual(
    filled(
      [
        [-9, -9],
        [99, -9],
        [99, 99],
        [-9, 99],
      ],
      3,
      2,
    ),
    ['###', '###'],
  );
  assert.deepEqual(filled([[2, 2]], 5, 3), ['.....', '.....', '..#..']);
  assert.deepEqual(
    filled(
      [
        [20, 20],
        [30, 20],
        [30, 30],
      ],
      3,
      2,
    ),
    ['...', '...'],
  );
  assert.deepEqual(
    filled(
      [
        [-1e9, -1e9],
        [1e9, -1e9],
        [0, 1e9],
      ],
      3,
      1,
    ),
    ['###'],
  );
});

test('lines reach both ends and are cut off outside', () => {
  const image = black(6, 3);
  drawLine(image, [0, 0], [5, 2], RED);
  assert.equal(picture(image)[0]![0], '#');
  assert.equal(picture(image)[2]![5], '#');
  const far = black(6, 3);
  drawLine(far, [-1e12, 1], [1e12, 1], RED);
  assert.deepEqual(picture(far), ['......', '######', '......']);
  const none = black(6, 3);
  drawLine(none, [0, -5], [5, -5], RED);
  drawLine(none, [Number.NaN, 0], [3, 1], RED);
  drawLine(none, [0, Number.POSITIVE_INFINITY], [3, 1], RED);
  assert.ok(none.data.every((level) => level === 0));
});

test('polygons close, circles fill', () => {
  const image = black(5, 5);
  drawPolygon(
    image,
    [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
    ],
    RED,
  );
  assert.deepEqual(picture(image), ['#####', '#...#', '#...#', '#...#', '#####']);
  const open = black(5, 5);
  drawPolygon(
    open,
    [
      [0, 0],
      [4, 0],
      [4, 4],
    ],
    RED,
    false,
  );
  assert.equal(picture(open)[2], '....#');
  const circle = black(5, 5);
  drawCircle(circle, [2, 2], 1, RED);
  assert.deepEqual(picture(circle), ['.....', '..#..', '.###.', '..#..', '.....']);
  drawCircle(circle, [900, -4], 3, RED);
});

test('a mask tints by its level; one of another size is refused', () => {
  const image = black(2, 1);
  blendMask(image, new Uint8Array([255, 0]), [200, 100, 0], 0.5);
  assert.deepEqual([...image.data], [100, 50, 0, 0, 0, 0]);
  assert.throws(() => blendMask(image, new Uint8Array(3), RED, 1), RangeError);
});

test('landmarks are drawn over the image', () => {
  const image = black(200, 200);
  const landmarks = Float64Array.from({ length: 136 }, (_, i) => 100 + 60 * Math.sin(i * 1.7));
  drawLandmarks(image, landmarks, IDENTITY);
  for (let i = 0; i < 68; i++) {
    const at = (Math.round(landmarks[2 * i + 1]!) * 200 + Math.round(landmarks[2 * i]!)) * 3;
    assert.ok(image.data[at]! + image.data[at + 1]! > 0, `landmark ${i}`);
  }
});
