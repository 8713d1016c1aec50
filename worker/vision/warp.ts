import type { Interpolation } from './interpolators.ts';
import type { Matrix, RgbImage } from './types.ts';
import { type WarpPath, warpPath } from './warp-path.ts';
import { copyRegion, type PixelBorder, type Region, readRegion } from './warp-region.ts';
import { cubicWeights, linearWeights } from './warp-weights.ts';
import { kernels } from './wasm/kernels.ts';

export interface WarpOptions {
  /** Size of the result, pixels. */
  readonly width: number;
  readonly height: number;
  /** `area` acts as `linear`. */
  readonly interpolation: Interpolation;
  /** What lies outside the source: black, or its nearest pixel. */
  readonly border: PixelBorder;
  /** Receives the pixels: width × height × 3 bytes. */
  readonly out?: Uint8Array;
}

/** Output pixels worked on at once, at most, in each direction. */
const TILE_PX = 1024;
/** Source bytes copied for a tile, at most, unless the tile is a single pixel. */
const REGION_BYTES = 3 << 20;

// layout of the kernels' memory
const LINEAR_AT = 0;
const CUBIC_AT = LINEAR_AT + 32 * 32 * 4 * 2;
const BOUNDS_AT = CUBIC_AT + 32 * 32 * 16 * 2;
const COLUMNS_AT = BOUNDS_AT + 32;
const ROWS_AT = COLUMNS_AT + TILE_PX * 8;
const OUT_AT = ROWS_AT + TILE_PX * 8;
const REGION_AT = OUT_AT + TILE_PX * TILE_PX * 3 + 16;
const MEMORY_BYTES = REGION_AT + REGION_BYTES + 64;

let weights: { readonly linear: Int16Array; readonly cubic: Int16Array } | undefined;

/**
 * Maps an image to another frame of reference with the arithmetic of OpenCV's 8-bit `warpAffine`: coordinates rounded to
 * 1/32 px, fixed-point weights.
 *
 * @param matrix source pixels → output pixels
 * @throws RangeError when the matrix cannot be inverted, or a size or the length of `out` is wrong
 */
export function warpAffine(image: RgbImage, matrix: Matrix, options: WarpOptions): RgbImage {
  const { width, height } = options;
  const data = options.out ?? new Uint8Array(Math.max(0, width * height * 3));
  if (
    !(width > 0 && height > 0) ||
    data.length !== width * height * 3 ||
    image.width < 1 ||
    image.height < 1
  ) {
    throw new RangeError(
      `warpAffine: ${image.width}×${image.height} to ${width}×${height}, ${data.length} bytes`,
    );
  }
  const path = warpPath(matrix, width, height);
  const memory = kernels().memory(MEMORY_BYTES);
  weights ??= { linear: linearWeights(), cubic: cubicWeights() };
  new Int16Array(memory, LINEAR_AT).set(weights.linear);
  new Int16Array(memory, CUBIC_AT).set(weights.cubic);
  const out = { width, height, data };
  warpTile(
    { image, path, out, cubic: options.interpolation === 'cubic', border: options.border, memory },
    0,
    0,
    width,
    height,
  );
  return out;
}

interface Warp {
  readonly image: RgbImage;
  readonly path: WarpPath;
  readonly out: RgbImage;
  readonly cubic: boolean;
  readonly border: PixelBorder;
  readonly memory: ArrayBuffer;
}

/** Warps the output pixels [x0, x1) × [y0, y1), in parts when they or what they read of the source are too large. */
function warpTile(warp: Warp, x0: number, y0: number, x1: number, y1: number): void {
  const region = readRegion(warp.path, warp.image, x0, y0, x1, y1);
  const wide = x1 - x0;
  const high = y1 - y0;
  const tooLarge = wide > TILE_PX || high > TILE_PX || region.strideBytes * region.height > REGION_BYTES;
  if (!tooLarge || (wide === 1 && high === 1)) {
    runTile(warp, region, x0, y0, x1, y1);
  } else if (wide > high) {
    const middle = x0 + (wide >> 1);
    warpTile(warp, x0, y0, middle, y1);
    warpTile(warp, middle, y0, x1, y1);
  } else {
    const middle = y0 + (high >> 1);
    warpTile(warp, x0, y0, x1, middle);
    warpTile(warp, x0, middle, x1, y1);
  }
}

function runTile(warp: Warp, region: Region, x0: number, y0: number, x1: number, y1: number): void {
  const { image, path, out, cubic, border, memory } = warp;
  const bytes = new Uint8Array(memory);
  copyRegion(image, region, border, bytes, REGION_AT);
  const columns = path.columns.subarray(2 * x0, 2 * x1);
  const rows = path.rows.subarray(2 * y0, 2 * y1);
  new Int32Array(memory, COLUMNS_AT).set(columns);
  new Int32Array(memory, ROWS_AT).set(rows);
  new Int32Array(memory, BOUNDS_AT, 8).set([
    region.lowX,
    region.lowY,
    0,
    0,
    region.highX,
    region.highY,
    0,
    0,
  ]);
  const before = cubic ? 1 : 0;
  const origin = REGION_AT - (region.y + before) * region.strideBytes - (region.x + before) * 3;
  const run = cubic ? kernels().warpCubic : kernels().warpLinear;
  run(
    origin,
    region.strideBytes,
    COLUMNS_AT,
    ROWS_AT,
    cubic ? CUBIC_AT : LINEAR_AT,
    COLUMNS_AT + columns.byteLength,
    ROWS_AT + rows.byteLength,
    OUT_AT,
    BOUNDS_AT,
  );
  const rowBytes = (x1 - x0) * 3;
  if (x1 - x0 === out.width) {
    out.data.set(bytes.subarray(OUT_AT, OUT_AT + rowBytes * (y1 - y0)), y0 * rowBytes);
    return;
  }
  for (let y = y0; y < y1; y++) {
    const from = OUT_AT + (y - y0) * rowBytes;
    out.data.set(bytes.subarray(from, from + rowBytes), (y * out.width + x0) * 3);
  }
}
