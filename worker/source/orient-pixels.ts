import type { RgbImage } from '../vision/types.ts';

/** How stored pixels turn into upright ones: first mirrored left-right, then turned clockwise by quarter turns. */
export interface Orientation {
  readonly mirrored: boolean;
  readonly quarterTurns: 0 | 1 | 2 | 3;
}

const UPRIGHT: Orientation = { mirrored: false, quarterTurns: 0 };

/** Bytes of a display matrix: nine 32-bit integers, native order (FFmpeg's `AV_PKT_DATA_DISPLAYMATRIX`). */
const MATRIX_BYTES = 36;

/**
 * The orientation in a video's display matrix (ISO/IEC 14496-12, `tkhd`): rows `[a b u] [c d v] [x y w]`, a stored point
 * (p, q) is shown at (a·p + c·q + x, b·p + d·q + y). Turns that are no multiple of 90° are taken to the nearest quarter.
 *
 * @param matrix the raw bytes, or null when the stream has none
 */
export function orientationOf(matrix: Buffer | null): Orientation {
  if (matrix === null || matrix.length < MATRIX_BYTES) return UPRIGHT;
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => matrix.readInt32LE(at)) as [number, number, number, number];
  if (a * d - b * c === 0) return UPRIGHT;
  const mirrored = a * d - b * c < 0;
  const turns = Math.round(Math.atan2(mirrored ? -b : b, mirrored ? -a : a) / (Math.PI / 2));
  return { mirrored, quarterTurns: (((turns % 4) + 4) % 4) as Orientation['quarterTurns'] };
}

/** Copies `image` into `data` (same length) with the orientation applied. */
export function orientPixels(image: RgbImage, orientation: Orientation, data: Uint8Array): RgbImage {
  const { width, height } = image;
  const { mirrored, quarterTurns } = orientation;
  const sideways = quarterTurns % 2 === 1;
  const outWidth = sideways ? height : width;
  // Output offset of the stored point (p, q) is origin + p · stepP + q · stepQ, in pixels.
  const [towardsP, towardsQ] = STEPS[quarterTurns];
  const stepP = (towardsP[0] + towardsP[1] * outWidth) * (mirrored ? -1 : 1);
  const stepQ = towardsQ[0] + towardsQ[1] * outWidth;
  const origin = (stepP < 0 ? -stepP * (width - 1) : 0) + (stepQ < 0 ? -stepQ * (height - 1) : 0);
  let from = 0;
  for (let q = 0; q < height; q++) {
    let to = (origin + q * stepQ) * 3;
    for (let p = 0; p < width; p++, from += 3, to += stepP * 3) {
      data[to] = image.data[from]!;
      data[to + 1] = image.data[from + 1]!;
      data[to + 2] = image.data[from + 2]!;
    }
  }
  return { width: outWidth, height: sideways ? width : height, data };
}

type Direction = readonly [x: number, y: number];
type Steps = readonly [right: Direction, down: Direction];

/** Where a step to the right and a step down lead after 0 to 3 clockwise quarter turns. */
const STEPS: readonly [Steps, Steps, Steps, Steps] = [
  [
    [1, 0],
    [0, 1],
  ],
  [
    [0, 1],
    [-1, 0],
  ],
  [
    [-1, 0],
    [0, -1],
  ],
  [
    [0, -1],
    [1, 0],
  ],
];
