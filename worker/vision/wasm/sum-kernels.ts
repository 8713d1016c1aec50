import { type Code, doWhile, get, i8x16, i16x8, i32, i32x4, set, v128 } from './instructions.ts';
import type { Kernel } from './module.ts';

/** Bits of the weights in each direction, and how many are dropped between the two. */
export const WEIGHT_BITS = 14;
const DROPPED_BITS = 8;

function sumRows(): Kernel {
  const [SOURCE, STRIDE, WEIGHTS, WEIGHTS_END, OUT, OUT_END, WEIGHT, ADDRESS] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [UPPER, LOWER, LOW, HIGH, FACTOR, ACC] = [8, 9, 10, 11, 12, 13];
  const interleave = (from: number): Code =>
    i8x16.shuffle(
      get(UPPER),
      get(LOWER),
      Array.from({ length: 16 }, (_, i) => from + (i >> 1) + (i & 1) * 16),
    );
  const halves = [
    i16x8.extendLowU(get(LOW)),
    i16x8.extendHighU(get(LOW)),
    i16x8.extendLowU(get(HIGH)),
    i16x8.extendHighU(get(HIGH)),
  ];
  const twoRows: Code[] = [
    set(UPPER, v128.load(get(ADDRESS))),
    set(ADDRESS, i32.add(get(ADDRESS), get(STRIDE))),
    set(LOWER, v128.load(get(ADDRESS))),
    set(ADDRESS, i32.add(get(ADDRESS), get(STRIDE))),
    set(FACTOR, v128.load32Splat(get(WEIGHT))),
    set(LOW, interleave(0)),
    set(HIGH, interleave(8)),
    ...halves.map((half, i) => set(ACC + i, i32x4.add(get(ACC + i), i32x4.dot(half, get(FACTOR))))),
    set(WEIGHT, i32.add(get(WEIGHT), i32.const(4))),
  ];
  const finished = (i: number): Code => i32x4.shrS(get(ACC + i), i32.const(DROPPED_BITS));
  const columns: Code[] = [
    ...[0, 1, 2, 3].map((i) => set(ACC + i, i32x4.splat(i32.const(1 << (DROPPED_BITS - 1))))),
    set(ADDRESS, get(SOURCE)),
    set(WEIGHT, get(WEIGHTS)),
    doWhile(twoRows, i32.ltU(get(WEIGHT), get(WEIGHTS_END))),
    v128.store(get(OUT), i16x8.narrowS(finished(0), finished(1))),
    v128.store(get(OUT), i16x8.narrowS(finished(2), finished(3)), 16),
    set(SOURCE, i32.add(get(SOURCE), i32.const(16))),
    set(OUT, i32.add(get(OUT), i32.const(32))),
  ];
  return {
    name: 'sumRows',
    parameters: 6,
    integers: 2,
    vectors: 10,
    body: [doWhile(columns, i32.ltU(get(OUT), get(OUT_END)))],
  };
}

function sumColumns(): Kernel {
  const [SPANS, SPANS_END, OUT, SOURCE, WEIGHT, WEIGHTS_END] = [0, 1, 2, 3, 4, 5];
  const ACC = 6;
  const shift = 2 * WEIGHT_BITS - DROPPED_BITS;
  const order = [0, 6, 2, 8, 4, 10].flatMap((byte) => [byte, byte + 1]);
  const pairs = v128.const([...order, 0x80, 0x80, 0x80, 0x80]);
  const twoPixels: Code[] = [
    set(
      ACC,
      i32x4.add(
        get(ACC),
        i32x4.dot(i8x16.swizzle(v128.load(get(SOURCE)), pairs), v128.load32Splat(get(WEIGHT))),
      ),
    ),
    set(SOURCE, i32.add(get(SOURCE), i32.const(12))),
    set(WEIGHT, i32.add(get(WEIGHT), i32.const(4))),
  ];
  const pixel: Code[] = [
    set(SOURCE, i32.load(get(SPANS))),
    set(WEIGHT, i32.load(get(SPANS), 4)),
    set(WEIGHTS_END, i32.load(get(SPANS), 8)),
    set(ACC, i32x4.splat(i32.const(1 << (shift - 1)))),
    doWhile(twoPixels, i32.ltU(get(WEIGHT), get(WEIGHTS_END))),
    set(ACC, i32x4.shrS(get(ACC), i32.const(shift))),
    set(ACC, i16x8.narrowS(get(ACC), get(ACC))),
    v128.store32(get(OUT), i8x16.narrowU(get(ACC), get(ACC))),
    set(OUT, i32.add(get(OUT), i32.const(3))),
    set(SPANS, i32.add(get(SPANS), i32.const(12))),
  ];
  return {
    name: 'sumColumns',
    parameters: 3,
    integers: 3,
    vectors: 1,
    body: [doWhile(pixel, i32.ltU(get(SPANS), get(SPANS_END)))],
  };
}

/**
 * Weighted sums along one axis and then the other. `sumRows` (source, bytes between rows, weight pairs, their end, out,
 * its end): the sum of an even number of byte rows as 16-bit values with 6 fraction bits, 16 columns at a time.
 * `sumColumns` (spans, their end, out): RGB bytes from such a row; a span is (source address, weight pairs, their end).
 * Weights are signed 16-bit pairs that sum to 2^WEIGHT_BITS; their absolute values may sum to 1.5 times that.
 */
export const sumKernels: readonly Kernel[] = [sumRows(), sumColumns()];
