import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { maskOutline } from '../../../controller/report/mask-outline.ts';
import { simplifyPolygon } from '../../../controller/report/simplify-polygon.ts';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';
import type { Point } from '../../../worker/vision/types.ts';

function mask(width: number, height: number, isInside: (x: number, y: number) => boolean): GrayImage {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    isInside(i % width, Math.floor(i / width)) ? 255 : 0,
  );
  return { width, height, data };
}

/** By the shoelace formula; the sign tells the way round. */
function area(polygon: readonly Point[]): number {
  return (
    polygon.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = polygon[(i + 1) % polygon.length]!;
      return sum + x * nextY - nextX * y;
    }, 0) / 2
  );
}

/** Even-odd rule over all polygons. */
function isInside(polygons: readonly (readonly Point[])[], [x, y]: Point): boolean {
  let crossings = 0;
  for (const polygon of polygons)
    for (const [i, [ax, ay]] of polygon.entries()) {
      const [bx, by] = polygon[(i + 1) % polygon.length]!;
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) crossings += 1;
    }
  return crossings % 2 === 1;
}

describe('the outline of a mask', () => {
  it('runs half-way between what is inside and what is not', () => {
    const [polygon, ...others] = maskOutline(mask(8, 8, (x, y) => x >= 2 && x <= 4 && y >= 3 && y <= 6));
    assert.deepEqual(others, []);
    const xs = polygon!.map(([x]) => x);
    const ys = polygon!.map(([, y]) => y);
    assert.deepEqual(
      [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)],
      [1.5, 4.5, 2.5, 6.5],
    );
  });

  it('lies where the level is half, between pixels of other levels', () => {
    const [polygon] = maskOutline({ width: 1, height: 1, data: Uint8Array.of(255) });
    assert.equal(polygon!.length, 4);
    const [other] = maskOutline({ width: 1, height: 1, data: Uint8Array.of(170) });
    assert.ok(Math.abs(area(other!)) < Math.abs(area(polygon!)));
  });

  it('has holes and islands as polygons of their own, and nothing for nothing', () => {
    const ring = mask(12, 12, (x, y) => {
      const away = Math.max(Math.abs(x - 5), Math.abs(y - 5));
      return (away <= 4 && away >= 2) || (x === 5 && y === 5);
    });
    const areas = maskOutline(ring).map(area);
    assert.equal(areas.length, 3);
    assert.equal(new Set(areas.map(Math.sign)).size, 2, 'the hole goes the other way round');
    assert.deepEqual(maskOutline(mask(5, 5, () => false)), []);
    assert.equal(maskOutline(mask(5, 5, () => true)).length, 1, 'closed along the border');
  });

  it('holds just the pixels that are inside, of any mask', () => {
    const anyMask = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
      .chain(([width, height]) =>
        fc
          .uint8Array({ minLength: width * height, maxLength: width * height })
          .map((data): GrayImage => ({ width, height, data })),
      );
    fc.assert(
      fc.property(anyMask, (image) => {
        const polygons = maskOutline(image);
        for (const [i, level] of image.data.entries()) {
          const point: Point = [i % image.width, Math.floor(i / image.width)];
          assert.equal(isInside(polygons, point), level > 127.5, `${point} of ${image.data}`);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a simplified polygon', () => {
  it('keeps the corners of a rectangle and no more', () => {
    const [polygon] = maskOutline(mask(40, 30, (x, y) => x >= 3 && x <= 30 && y >= 4 && y <= 20));
    const simple = simplifyPolygon(polygon!, 0.4);
    assert.ok(simple.length >= 4 && simple.length <= 8, `${simple.length} of ${polygon!.length} corners`);
    assert.ok(Math.abs(area(simple) / area(polygon!) - 1) < 0.05);
  });

  it('strays from a circle by no more than it may', () => {
    const [polygon] = maskOutline(mask(100, 100, (x, y) => Math.hypot(x - 50, y - 50) <= 40));
    const simple = simplifyPolygon(polygon!, 1);
    assert.ok(simple.length < polygon!.length / 4);
    for (const [i, [ax, ay]] of simple.entries()) {
      const [bx, by] = simple[(i + 1) % simple.length]!;
      const middle = Math.hypot((ax + bx) / 2 - 50, (ay + by) / 2 - 50);
      assert.ok(Math.abs(middle - 40.5) < 2, `${middle}`);
    }
  });

  it('is what it was when it has hardly any corners', () => {
    const triangle: Point[] = [
      [0, 0],
      [1, 0],
      [0, 1],
    ];
    assert.deepEqual(simplifyPolygon(triangle, 9), triangle);
    assert.deepEqual(simplifyPolygon(Array<Point>(6).fill([2, 2]), 1), [[2, 2]]);
  });
});
