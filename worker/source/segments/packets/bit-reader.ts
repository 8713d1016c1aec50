/** Reads the bits of a NAL unit's payload, most significant first; past the end come zeros. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bit = 0;

  /** @param unit a NAL unit of H.264 or HEVC, emulation prevention bytes included; only its first 256 bytes are looked at */
  constructor(unit: Uint8Array) {
    this.#bytes = withoutEmulation(unit.subarray(0, 256));
  }

  /** Whether more was read than there is. */
  get isOver(): boolean {
    return this.#bit > this.#bytes.length * 8;
  }

  skip(bits: number): void {
    this.#bit += bits;
  }

  /** @param count 0..32 */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#bit++)
      value = value * 2 + (((this.#bytes[this.#bit >> 3] ?? 0) >> (7 - (this.#bit & 7))) & 1);
    return value;
  }

  /** An unsigned Exp-Golomb code (ITU-T H.264, 9.1). */
  unsigned(): number {
    let zeros = 0;
    while (zeros < 32 && !this.isOver && this.bits(1) === 0) zeros += 1;
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** A signed Exp-Golomb code. */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** Takes out the 3 of every 0, 0, 3 (ITU-T H.264, 7.4.1). */
function withoutEmulation(unit: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}
