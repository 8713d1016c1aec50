import { type Code, doWhile, get, i8x16, i16x8, i32, i32x4, set, v128 } from './instructions.ts';
import type { Kernel } from './module.ts';

// parameters
const [SOURCE, STRIDE, COLUMNS, ROWS, WEIGHTS, COLUMNS_END, ROWS_END, OUT, BOUNDS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
];
const PARAMETERS = 9;
// locals
const [ADDRESS, WEIGHT, COLUMN, ROW] = [9, 10, 11, 12];
const INTEGERS = 4;
const [ORIGIN, AT, ACC, LOW, HIGH, PIXELS] = [13, 14, 15, 16, 17, 18];
const VECTORS = 6;

/** Bytes of two neighbouring RGB pixels as 16-bit pairs: r0 r1 g0 g1 b0 b1. */
const Z = 0x80;
const FIRST_PAIR = [0, Z, 3, Z, 1, Z, 4, Z, 2, Z, 5, Z, Z, Z, Z, Z];
const SECOND_PAIR = [6, Z, 9, Z, 7, Z, 10, Z, 8, Z, 11, Z, Z, Z, Z, Z];

const pair = (order: readonly number[]): Code => i8x16.swizzle(get(PIXELS), v128.const(order));
const accumulate = (pixels: Code, weights: Code): Code =>
  set(ACC, i32x4.add(get(ACC), i32x4.dot(pixels, weights)));
const nextSourceRow: Code = set(ADDRESS, i32.add(get(ADDRESS), get(STRIDE)));

/** One output pixel from two taps in each direction. */
const linearTaps: Code[] = [
  set(PIXELS, v128.load64Zero(get(ADDRESS))),
  accumulate(pair(FIRST_PAIR), v128.load32Splat(get(WEIGHT))),
  nextSourceRow,
  set(PIXELS, v128.load64Zero(get(ADDRESS))),
  accumulate(pair(FIRST_PAIR), v128.load32Splat(get(WEIGHT), 4)),
];

/** One output pixel from four taps in each direction; ADDRESS is the first tap's. */
const cubicTaps: Code[] = [0, 1, 2, 3].flatMap((row) => [
  ...(row === 0 ? [] : [nextSourceRow]),
  set(PIXELS, v128.load(get(ADDRESS))),
  accumulate(pair(FIRST_PAIR), v128.load32Splat(get(WEIGHT), 8 * row)),
  accumulate(pair(SECOND_PAIR), v128.load32Splat(get(WEIGHT), 8 * row + 4)),
]);

/**
 * A warp of RGB bytes. Parameters: source address of the tap that belongs to coordinate (0, 0); bytes between source
 * rows; table of (x, y) steps for each output column and table of (x, y) origins for each output row, 32-bit pairs in
 * 1/1024 px; weights table; ends of the column and row tables; output address; address of the lowest and, 16 bytes
 * later, the highest whole coordinates that may be read, as (x, y, 0, 0).
 */
function warpKernel(name: string, taps: readonly Code[], weightBits: number, entryShift: number): Kernel {
  const fraction = (index: number): Code => i32x4.extract(get(LOW), index);
  const whole = (index: number): Code => i32x4.extract(get(HIGH), index);
  const pixel: Code[] = [
    set(AT, i32x4.add(get(ORIGIN), v128.load64Zero(get(COLUMN)))),
    set(LOW, v128.and(i32x4.shrS(get(AT), i32.const(5)), i32x4.splat(i32.const(31)))),
    set(HIGH, i32x4.shrS(get(AT), i32.const(10))),
    set(HIGH, i32x4.minS(i32x4.maxS(get(HIGH), v128.load(get(BOUNDS))), v128.load(get(BOUNDS), 16))),
    set(
      ADDRESS,
      i32.add(i32.add(get(SOURCE), i32.mul(whole(1), get(STRIDE))), i32.mul(whole(0), i32.const(3))),
    ),
    set(
      WEIGHT,
      i32.add(
        get(WEIGHTS),
        i32.shl(i32.add(i32.shl(fraction(1), i32.const(5)), fraction(0)), i32.const(entryShift)),
      ),
    ),
    set(ACC, i32x4.splat(i32.const(1 << (weightBits - 1)))),
    ...taps,
    set(ACC, i32x4.shrS(get(ACC), i32.const(weightBits))),
    set(ACC, i16x8.narrowS(get(ACC), get(ACC))),
    v128.store32(get(OUT), i8x16.narrowU(get(ACC), get(ACC))),
    set(OUT, i32.add(get(OUT), i32.const(3))),
    set(COLUMN, i32.add(get(COLUMN), i32.const(8))),
  ];
  const row: Code[] = [
    set(ORIGIN, v128.load64Zero(get(ROW))),
    set(COLUMN, get(COLUMNS)),
    doWhile(pixel, i32.ltU(get(COLUMN), get(COLUMNS_END))),
    set(ROW, i32.add(get(ROW), i32.const(8))),
  ];
  return {
    name,
    parameters: PARAMETERS,
    integers: INTEGERS,
    vectors: VECTORS,
    body: [set(ROW, get(ROWS)), doWhile(row, i32.ltU(get(ROW), get(ROWS_END)))],
  };
}

/** Bits of the weights of each kernel: exact for linear (two times 5 bits), OpenCV's 15 for cubic. */
export const LINEAR_BITS = 10;
export const CUBIC_BITS = 15;

export const warpKernels: readonly Kernel[] = [
  warpKernel('warpLinear', linearTaps, LINEAR_BITS, 3),
  warpKernel('warpCubic', cubicTaps, CUBIC_BITS, 5),
];
