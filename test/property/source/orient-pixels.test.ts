import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { type Orientation, orientationOf, orientPixels } from '../../../worker/source/orient-pixels.ts';

function displayMatrix(a: number, b: number, c: number, d: number): Buffer {
  const matrix = Buffer.alloc(36);
  [a, b, 0, c, d].forEach((value, i) => {
    matrix.writeInt32LE(value * 65536, i * 4);
  });
  matrix.writeInt32LE(1 << 30, 32);
  return matrix;
}

it('reads the orientation from a display matrix', () => {
  const upright = { mirrored: false, quarterTurns: 0 };
  assert.deepEqual(orientationOf(null), upright);
  assert.deepEqual(orientationOf(Buffer.alloc(36)), upright);
  assert.deepEqual(orientationOf(displayMatrix(1, 0, 0, 1)), upright);
  assert.deepEqual(orientationOf(displayMatrix(0, 1, -1, 0)), { mirrored: false, quarterTurns: 1 });
  assert.deepEqual(orientationOf(displayMatrix(-1, 0, 0, -1)), { mirrored: false, quarterTurns: 2 });
  assert.deepEqual(orientationOf(displayMatrix(0, -1, 1, 0)), { mirrored: false, quarterTurns: 3 });
  assert.deepEqual(orientationOf(displayMatrix(-1, 0, 0, 1)), { mirrored: true, quarterTurns: 0 });
  assert.deepEqual(orientationOf(displayMatrix(1, 0, 0, -1)), { mirrored: true, quarterTurns: 2 });
});

it('moves every stored point to where the display matrix says', () => {
  const matrices = [
    [1, 0, 0, 1],
    [0, 1, -1, 0],
    [-1, 0, 0, -1],
    [0, -1, 1, 0],
    [-1, 0, 0, 1],
    [1, 0, 0, -1],
    [0, 1, 1, 0],
    [0, -1, -1, 0],
  ] as const;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(...matrices),
      (width, height, [a, b, c, d]) => {
        const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => i);
        const orientation = orientationOf(displayMatrix(a, b, c, d));
        const out = orientPixels({ width, height, data }, orientation, new Uint8Array(data.length));
        for (let q = 0; q < height; q++)
          for (let p = 0; p < width; p++) {
            const x = a * p + c * q + (a + c < 0 ? out.width - 1 : 0);
            const y = b * p + d * q + (b + d < 0 ? out.height - 1 : 0);
            assert.equal(out.data[(y * out.width + x) * 3], data[(q * width + p) * 3]);
          }
      },
    ),
  );
});

it('turns as sharp does', async () => {
  const [width, height] = [5, 3];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => i * 5);
  for (const quarterTurns of [0, 1, 2, 3] as Orientation['quarterTurns'][]) {
    const out = orientPixels(
      { width, height, data },
      { mirrored: false, quarterTurns },
      new Uint8Array(data.length),
    );
    const raw = { width, height, channels: 3 } as const;
    const reference = await sharp(data, { raw })
      .rotate(quarterTurns * 90)
      .raw()
      .toBuffer();
    assert.deepEqual([...out.data], [...reference]);
  }
});
