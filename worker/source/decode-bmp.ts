import { FacefleetError } from '../errors/facefleet-error.ts';
import type { RgbImage } from '../vision/types.ts';
import type { Limits } from './limits.ts';

const FILE_HEADER_BYTES = 14;
const BI_RGB = 0;
const BI_BITFIELDS = 3;
const BGRA_MASKS = [0x00ff0000, 0x0000ff00, 0x000000ff] as const;

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bitsPerPixel: number;
  readonly paletteAt: number;
  readonly paletteColors: number;
  readonly pixelsAt: number;
  readonly rowBytes: number;
}

/**
 * Decodes an uncompressed Windows bitmap: 24 or 32 bits per pixel (the fourth byte is ignored) or an 8-bit palette, either
 * row order. Layout: BITMAPFILEHEADER, BITMAPINFOHEADER and its V4/V5 extensions.
 *
 * @param allocate makes the result's pixel memory of the given number of bytes
 * @throws {FacefleetError} FF1001 inconsistent header, FF1002 truncated, FF1003 too many pixels, FF1009 other bitmap kinds
 */
export function decodeBmp(
  bytes: Buffer,
  name: string,
  limits: Pick<Limits, 'maxPixels'>,
  allocate: (byteLength: number) => Uint8Array,
): RgbImage {
  const header = readHeader(bytes, name);
  const { width, height } = header;
  if (width * height > limits.maxPixels)
    throw new FacefleetError('FF1003', `${name} has ${width}×${height}, the limit is ${limits.maxPixels}`);
  if (header.pixelsAt + header.rowBytes * height > bytes.length)
    throw new FacefleetError('FF1002', `${name}: ${width}×${height} pixels are not all there`);
  const data = allocate(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = header.pixelsAt + (header.topDown ? y : height - 1 - y) * header.rowBytes;
    if (header.bitsPerPixel === 8) copyPaletteRow(bytes, from, header, data, y * width * 3);
    else copyBgrRow(bytes, from, header, data, y * width * 3);
  }
  return { width, height, data };
}

function readHeader(bytes: Buffer, name: string): BmpHeader {
  if (bytes.length < FILE_HEADER_BYTES + 40)
    throw new FacefleetError('FF1002', `${name}: the bitmap header is cut`);
  const infoBytes = bytes.readUInt32LE(14);
  const width = bytes.readInt32LE(18);
  const signedHeight = bytes.readInt32LE(22);
  const bitsPerPixel = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  if (infoBytes < 40) throw new FacefleetError('FF1009', `${name}: OS/2 bitmap`);
  if (width <= 0 || signedHeight === 0)
    throw new FacefleetError('FF1001', `${name}: bitmap of ${width}×${signedHeight}`);
  if (![8, 24, 32].includes(bitsPerPixel) || !isPlain(bytes, bitsPerPixel, compression))
    throw new FacefleetError(
      'FF1009',
      `${name}: bitmap with ${bitsPerPixel} bits, compression ${compression}`,
    );
  const pixelsAt = bytes.readUInt32LE(10);
  const paletteAt = FILE_HEADER_BYTES + infoBytes;
  const paletteColors = bitsPerPixel === 8 ? bytes.readUInt32LE(46) || 256 : 0;
  if (paletteColors > 256 || pixelsAt < paletteAt + paletteColors * 4)
    throw new FacefleetError('FF1001', `${name}: the bitmap's pixels overlap its header`);
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bitsPerPixel,
    paletteAt,
    paletteColors,
    pixelsAt,
    rowBytes: Math.ceil((width * bitsPerPixel) / 32) * 4,
  };
}

/** True for uncompressed pixels in the usual blue, green, red order. */
function isPlain(bytes: Buffer, bitsPerPixel: number, compression: number): boolean {
  if (compression === BI_RGB) return true;
  if (compression !== BI_BITFIELDS || bitsPerPixel !== 32 || bytes.length < 66) return false;
  return BGRA_MASKS.every((mask, i) => bytes.readUInt32LE(54 + i * 4) === mask);
}

function copyBgrRow(bytes: Buffer, from: number, header: BmpHeader, data: Uint8Array, to: number): void {
  const step = header.bitsPerPixel / 8;
  for (let x = 0, at = from, out = to; x < header.width; x++, at += step, out += 3) {
    data[out] = bytes[at + 2]!;
    data[out + 1] = bytes[at + 1]!;
    data[out + 2] = bytes[at]!;
  }
}

/** Palette entries beyond the stored ones are black. */
function copyPaletteRow(bytes: Buffer, from: number, header: BmpHeader, data: Uint8Array, to: number): void {
  for (let x = 0, out = to; x < header.width; x++, out += 3) {
    const color = bytes[from + x]!;
    const at = header.paletteAt + color * 4;
    const known = color < header.paletteColors;
    data[out] = known ? bytes[at + 2]! : 0;
    data[out + 1] = known ? bytes[at + 1]! : 0;
    data[out + 2] = known ? bytes[at]! : 0;
  }
}
