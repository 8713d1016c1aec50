import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
/** Signature and IHDR with its length, type and CRC (PNG specification, 5.2 and 11.2.2). */
export const PNG_HEAD_BYTES = 33;
/** The IEND chunk (11.2.5). */
const END = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
export const PNG_END_BYTES = END.length;
/** Colour type 2, RGB (11.2.2). */
const RGB = 2;

/** Sides of a PNG in pixels. */
export interface PngSize {
  readonly width: number;
  readonly height: number;
}

/** The size that the first bytes of a PNG of 8-bit RGB pixels tell; a text instead says why they are none. */
export function pngSize(head: Uint8Array): PngSize | string {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (!SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length))) return 'it is no PNG';
  if (bytes.length < PNG_HEAD_BYTES) return 'it ends within its first bytes';
  if (bytes.readUInt32BE(8) !== 13 || bytes.toString('latin1', 12, 16) !== 'IHDR') return 'it has no IHDR';
  if (crc32(bytes.subarray(12, 29)) !== bytes.readUInt32BE(29)) return 'its IHDR has a wrong CRC';
  if (bytes[24] !== 8 || bytes[25] !== RGB) return 'its pixels are not 8-bit RGB';
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Whether the last bytes of a file are the end of a PNG. */
export function isPngEnd(tail: Uint8Array): boolean {
  return END.equals(tail);
}
