import type { RgbImage } from './types.ts';
import type { WarpPath } from './warp-path.ts';

/** What lies outside an image: zeros, or its nearest pixel. */
export type PixelBorder = 'zero' | 'replicate';

/** The part of a source that a piece of a warp reads, with a margin outside the source where it reads there. */
export interface Region {
  /** Its corner in source pixels; may lie outside. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly strideBytes: number;
  /** Whole coordinates are limited to these: beyond them every tap lies outside the source anyway. */
  readonly lowX: number;
  readonly lowY: number;
  readonly highX: number;
  readonly highY: number;
}

/** Taps before and after a whole coordinate, for cubic; linear needs less. */
const BEFORE = 1;
const AFTER = 2;

/** What the output pixels [x0, x1) × [y0, y1) read; both paths are monotonous, so the corners decide. */
export function readRegion(
  { columns, rows }: WarpPath,
  image: { readonly width: number; readonly height: number },
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): Region {
  const range = (axis: 0 | 1, sizePx: number): readonly [number, number] => {
    const columnA = columns[2 * x0 + axis]!;
    const columnB = columns[2 * x1 - 2 + axis]!;
    const rowA = rows[2 * y0 + axis]!;
    const rowB = rows[2 * y1 - 2 + axis]!;
    const outside = (value: number) => Math.max(-BEFORE - AFTER, Math.min(sizePx + BEFORE, value));
    return [
      outside((Math.min(columnA, columnB) + Math.min(rowA, rowB)) >> 10),
      outside((Math.max(columnA, columnB) + Math.max(rowA, rowB)) >> 10),
    ];
  };
  const [lowX, highX] = range(0, image.width);
  const [lowY, highY] = range(1, image.height);
  const width = highX - lowX + 1 + BEFORE + AFTER;
  return {
    x: lowX - BEFORE,
    y: lowY - BEFORE,
    width,
    height: highY - lowY + 1 + BEFORE + AFTER,
    strideBytes: width * 3,
    lowX,
    lowY,
    highX,
    highY,
  };
}

/** Copies a region of an image to `target` from offset `at`, with the border where it lies outside. */
export function copyRegion(
  image: RgbImage,
  region: Region,
  border: PixelBorder,
  target: Uint8Array,
  at: number,
): void {
  const { data, width, height } = image;
  const { strideBytes } = region;
  const left = Math.min(region.width, Math.max(0, -region.x));
  const right = Math.min(region.width, Math.max(left, width - region.x));
  for (let row = 0; row < region.height; row++) {
    const y = region.y + row;
    const start = at + row * strideBytes;
    const end = start + strideBytes;
    if (border === 'zero' && (y < 0 || y >= height)) {
      target.fill(0, start, end);
      continue;
    }
    const from = Math.max(0, Math.min(height - 1, y)) * width * 3;
    if (right > left) {
      const first = from + (region.x + left) * 3;
      target.set(data.subarray(first, first + (right - left) * 3), start + left * 3);
    }
    if (border === 'zero') {
      target.fill(0, start, start + left * 3);
      target.fill(0, start + right * 3, end);
    } else {
      repeat(data, from, target, start, start + left * 3);
      repeat(data, from + (width - 1) * 3, target, start + right * 3, end);
    }
  }
}

function repeat(source: Uint8Array, pixel: number, target: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i += 3) {
    target[i] = source[pixel]!;
    target[i + 1] = source[pixel + 1]!;
    target[i + 2] = source[pixel + 2]!;
  }
}
