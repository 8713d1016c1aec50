import type { ImageFormat } from './sniff-format.ts';

/**
 * Whether an image file ends before the end that its own structure announces. Decoders report a cut file often as any
 * other damage; this tells the two apart, so that the user hears "copy it again".
 */
export function isCutShort(bytes: Buffer, format: ImageFormat): boolean {
  switch (format) {
    case 'jpeg':
      return jpegIsCut(bytes);
    case 'png':
      return pngIsCut(bytes);
    case 'webp':
      return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
    case 'avif':
      return avifIsCut(bytes);
    default:
      return false;
  }
}

/** Walks the boxes (length with the header, type, data; ISO/IEC 14496-12, 4.2) of the file. */
function avifIsCut(bytes: Buffer): boolean {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    // the last one may go to the end of the file
    if (length === 0) return false;
    if (length === 1 && at + 16 > bytes.length) return true;
    at += Math.max(8, length === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : length);
  }
  return at !== bytes.length;
}

/** Walks the chunks (length, type, data, CRC) up to IEND. */
function pngIsCut(bytes: Buffer): boolean {
  let at = 8;
  while (at + 12 <= bytes.length) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return false;
    at += 12 + bytes.readUInt32BE(at);
  }
  return true;
}

const SEGMENT = 0xff;
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = Buffer.from([SEGMENT, 0xd9]);

/** Walks the segments (marker, length, data) up to the first scan, which must be followed by an end marker. */
function jpegIsCut(bytes: Buffer): boolean {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === SEGMENT) {
    if (bytes[at + 1] === START_OF_SCAN) return bytes.indexOf(END_OF_IMAGE, at) === -1;
    if (bytes[at + 1] === SEGMENT) at += 1;
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  // no segment where one should be is damage; segments that lead past the end are a cut
  return at + 4 > bytes.length;
}
