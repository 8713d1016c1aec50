/**
 * WebAssembly instructions as nested expressions: each function returns the bytes of its operands followed by its own
 * opcode (WebAssembly Core Specification 2.0, sections 5.4 and 5.5, with the fixed-width SIMD instructions). Only what
 * the kernels use.
 */

/** Bytes of code that leave their values on the stack. */
export type Code = readonly number[];

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

const plain =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [...operands.flat(), ...opcode];
const simd = (opcode: number) => plain(0xfd, ...unsigned(opcode));
const memory =
  (...opcode: number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 0, ...unsigned(offset)];
const lane =
  (opcode: number) =>
  (vector: Code, index: number): Code => [...vector, 0xfd, ...unsigned(opcode), index];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
/** Repeats `body` while `condition` (evaluated after it) is not zero. */
export const doWhile = (body: Code[], condition: Code): Code => [
  ...[0x03, 0x40],
  ...body.flat(),
  ...condition,
  ...[0x0d, 0x00, 0x0b],
];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: memory(0x28),
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  shl: plain(0x74),
  ltU: plain(0x49),
};

export const v128 = {
  const: (bytes: readonly number[]): Code => [0xfd, 0x0c, ...bytes],
  load: memory(0xfd, 0x00),
  load32Splat: memory(0xfd, 0x09),
  load64Zero: memory(0xfd, 0x5d),
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...[0xfd, 0x0b, 0],
    ...unsigned(offset),
  ],
  /** Stores the lowest four bytes of `value`. */
  store32: (address: Code, value: Code): Code => [...address, ...value, ...[0xfd, 0x5a, 0, 0, 0]],
  and: simd(0x4e),
};

export const i8x16 = {
  /** Bytes of `vector` by index; indices above 15 give zero. */
  swizzle: simd(0x0e),
  /** Bytes of two vectors, 0 to 15 of the first and 16 to 31 of the second. */
  shuffle: (a: Code, b: Code, indices: readonly number[]): Code => [...a, ...b, 0xfd, 0x0d, ...indices],
  /** Sixteen signed 16-bit lanes to bytes, saturating to 0..255. */
  narrowU: simd(0x66),
};

export const i16x8 = {
  extendLowU: simd(0x89),
  extendHighU: simd(0x8a),
  /** Eight signed 32-bit lanes to signed 16 bits, saturating. */
  narrowS: simd(0x85),
};

export const i32x4 = {
  splat: simd(0x11),
  extract: lane(0x1b),
  add: simd(0xae),
  minS: simd(0xb6),
  maxS: simd(0xb8),
  /** Products of signed 16-bit lanes, neighbours added. */
  dot: simd(0xba),
  shrS: simd(0xac),
};
