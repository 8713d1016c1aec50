/** Numbers from 0 up to 2^32, the same for the same seed (mulberry32 by Tommy Ettinger, public domain). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Bytes that mean most in pickles and in Python literals. */
const TELLING = Buffer.concat([
  Buffer.from('()[]{}\'",:\\.-+eEbNTF0123456789 \n\x00\xff', 'latin1'),
  Buffer.from('.(01NJKMGXCB]})tqrhjcRbaesu', 'latin1'),
  Buffer.from([0x80, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x8d, 0x8e, 0x93, 0x94, 0x95, 0x96, 0x97]),
]);

/** `base` with one to eight changes: bytes set, removed, repeated, inserted, cut, or taken from `other`. */
export function mutate(base: Uint8Array, other: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(base);
  for (let changes = 1 + random(8); changes > 0; changes--) {
    const at = random(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + random(random(4) === 0 ? 400 : 8));
    const head = bytes.subarray(0, at);
    const tail = bytes.subarray(end);
    const kind = random(8);
    if (kind === 0) bytes = Buffer.concat([head, tail]);
    else if (kind === 1) bytes = Buffer.concat([head, bytes.subarray(at, end), bytes.subarray(at)]);
    else if (kind === 2) bytes = Buffer.concat([head, someOf(other, random), bytes.subarray(at)]);
    else if (kind === 3 && random(4) === 0) bytes = Buffer.from(head);
    else if (kind === 4) bytes = Buffer.concat([head, extreme(random), tail]);
    else if (kind === 5 && at < bytes.length) bytes[at] = random(256);
    else if (at < bytes.length) bytes[at] = TELLING[random(TELLING.length)]!;
  }
  return bytes;
}

function someOf(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const start = random(bytes.length);
  return bytes.subarray(start, start + 1 + random(200));
}

/** Lengths and numbers at the ends of their ranges. */
function extreme(random: (below: number) => number): Uint8Array {
  const texts = [
    '\xff\xff\xff\xff',
    '\0\0\0\x80',
    '\xff\xff\xff\x7f',
    '\0\0\0\0\0\0\0\0',
    '\xff'.repeat(8),
    '1e999',
    '-0',
  ];
  return Buffer.from(texts[random(texts.length)]!, 'latin1');
}
