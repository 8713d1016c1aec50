import { roundHalfEven } from './round.ts';

/** Steps between two pixels at which a warp samples. */
export const WARP_STEPS = 32;

/** Keys' cubic convolution kernel with a = −0.75 at the four taps around a fraction, in single precision as OpenCV has it. */
export function cubicTaps(fraction: number): readonly [number, number, number, number] {
  const f = Math.fround;
  const a = -0.75;
  const x = f(fraction);
  const y = f(x + 1);
  const z = f(1 - x);
  const first = f(f(f(f(f(f(a * y) - f(5 * a)) * y) + f(8 * a)) * y) - f(4 * a));
  const second = f(f(f(f(f(f(a + 2) * x) - f(a + 3)) * x) * x) + 1);
  const third = f(f(f(f(f(f(a + 2) * z) - f(a + 3)) * z) * z) + 1);
  return [first, second, third, f(f(f(1 - first) - second) - third)];
}

/**
 * The weights of the 2 × 2 taps for each of 32 × 32 positions (y major), 10 bits, row-major: exact products.
 */
export function linearWeights(): Int16Array {
  const table = new Int16Array(WARP_STEPS * WARP_STEPS * 4);
  for (let y = 0, at = 0; y < WARP_STEPS; y++) {
    for (let x = 0; x < WARP_STEPS; x++, at += 4) {
      table[at] = (WARP_STEPS - y) * (WARP_STEPS - x);
      table[at + 1] = (WARP_STEPS - y) * x;
      table[at + 2] = y * (WARP_STEPS - x);
      table[at + 3] = y * x;
    }
  }
  return table;
}

/**
 * The weights of the 4 × 4 taps for each of 32 × 32 positions (y major), 15 bits, row-major, as OpenCV's `remap` makes
 * them: rounded products whose sum is corrected to 2^15 at the smallest or largest of the four lower right taps.
 */
export function cubicWeights(): Int16Array {
  const one = 32768;
  const taps = Array.from({ length: WARP_STEPS }, (_, i) => cubicTaps(i / WARP_STEPS));
  const table = new Int16Array(WARP_STEPS * WARP_STEPS * 16);
  for (let y = 0; y < WARP_STEPS; y++) {
    for (let x = 0; x < WARP_STEPS; x++) {
      const entry = table.subarray((y * WARP_STEPS + x) * 16, (y * WARP_STEPS + x + 1) * 16);
      let sum = 0;
      for (let i = 0; i < 16; i++) {
        const product = Math.fround(taps[y]![i >> 2]! * taps[x]![i & 3]!);
        entry[i] = Math.min(32767, roundHalfEven(Math.fround(product * one)));
        sum += entry[i]!;
      }
      let smallest = 10;
      let largest = 10;
      for (const i of [10, 11, 14, 15]) {
        if (entry[i]! < entry[smallest]!) smallest = i;
        else if (entry[i]! > entry[largest]!) largest = i;
      }
      entry[sum < one ? largest : smallest]! -= sum - one;
    }
  }
  return table;
}
