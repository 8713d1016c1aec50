import { checkGray, type GrayImage } from './gray-image.ts';
import type { Interpolation } from './interpolators.ts';
import type { Matrix } from './types.ts';
import { warpPath } from './warp-path.ts';
import type { PixelBorder } from './warp-region.ts';
import { cubicWeights, linearWeights } from './warp-weights.ts';

export interface WarpGrayOptions {
  /** Size of the result, pixels. */
  readonly width: number;
  readonly height: number;
  /** `area` acts as `linear`. */
  readonly interpolation: Interpolation;
  readonly border: PixelBorder;
}

const LINEAR = { taps: 2, before: 0, bits: 10, weights: linearWeights() };
let cubic: typeof LINEAR | undefined;

/**
 * `warpAffine` for one channel.
 * @param matrix source pixels → output pixels
 * @throws RangeError when the matrix cannot be inverted or a size is wrong
 */
export function warpGray(image: GrayImage, matrix: Matrix, options: WarpGrayOptions): GrayImage {
  checkGray(image);
  const { width, height, border } = options;
  if (!(width > 0 && height > 0)) throw new RangeError(`warpGray cannot make a ${width}×${height} image`);
  if (options.interpolation === 'cubic') {
    cubic ??= { taps: 4, before: 1, bits: 15, weights: cubicWeights() };
  }
  const { taps, before, bits, weights } = options.interpolation === 'cubic' ? cubic! : LINEAR;
  const { columns, rows } = warpPath(matrix, width, height);
  const data = new Uint8ClampedArray(width * height);
  const insideX = image.width - taps;
  const insideY = image.height - taps;
  for (let y = 0; y < height; y++) {
    const [start, end] = border === 'zero' ? reached(columns, rows, y, image, taps) : [0, width];
    for (let x = start; x < end; x++) {
      const fx = columns[2 * x]! + rows[2 * y]!;
      const fy = columns[2 * x + 1]! + rows[2 * y + 1]!;
      const left = (fx >> 10) - before;
      const top = (fy >> 10) - before;
      const entry = (((fy >> 5) & 31) * 32 + ((fx >> 5) & 31)) * taps * taps;
      let sum = 1 << (bits - 1);
      if (left >= 0 && top >= 0 && left <= insideX && top <= insideY) {
        for (let j = 0, w = entry; j < taps; j++) {
          const row = (top + j) * image.width + left;
          for (let i = 0; i < taps; i++, w++) sum += image.data[row + i]! * weights[w]!;
        }
      } else {
        for (let j = 0, w = entry; j < taps; j++) {
          for (let i = 0; i < taps; i++, w++) {
            sum += borderSample(image, left + i, top + j, border) * weights[w]!;
          }
        }
      }
      data[y * width + x] = sum >> bits;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** The part of an output row that can reach the source: both coordinates are monotonous along it. */
function reached(
  columns: Int32Array,
  rows: Int32Array,
  y: number,
  { width, height }: GrayImage,
  taps: number,
): readonly [number, number] {
  const count = columns.length / 2;
  let start = 0;
  let end = count;
  for (const [axis, size] of [width, height].entries()) {
    const near = -taps * 1024 - rows[2 * y + axis]!;
    const far = (size + taps) * 1024 - rows[2 * y + axis]!;
    const rises = columns[2 * count - 2 + axis]! >= columns[axis]!;
    const firstBeyond = (limit: number) => {
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >> 1;
        const value = columns[2 * middle + axis]!;
        if (rises ? value < limit : value > limit) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    start = Math.max(start, firstBeyond(rises ? near : far));
    end = Math.min(end, firstBeyond(rises ? far : near));
  }
  return [start, end];
}

function borderSample({ width, height, data }: GrayImage, x: number, y: number, border: PixelBorder): number {
  if (x >= 0 && y >= 0 && x < width && y < height) return data[y * width + x]!;
  if (border === 'zero') return 0;
  const column = Math.max(0, Math.min(width - 1, x));
  return data[Math.max(0, Math.min(height - 1, y)) * width + column]!;
}
