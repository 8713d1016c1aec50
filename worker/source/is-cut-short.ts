import type { ImageFormat } from './sniff-format.ts';

/**
 * Whether an image file ends before the end that its own structure announces. Decoders report a cut PNG, WebP or TIFF as
 * any other damage; this tells the two apart, so that the user hears "copy it again".
 */
export function isCutShort(bytes: Buffer, format: ImageFormat): boolean {
  switch (format) {
    case 'png':
      return pngIsCut(bytes);
    case 'webp':
      return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
    case 'tiff':
      return tiffIsCut(bytes);
    default:
      return false;
  }
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

/** The first image directory, or a strip of it, lies beyond the end (classic TIFF; BigTIFF is not looked into). */
function tiffIsCut(bytes: Buffer): boolean {
  if (bytes.length < 8) return true;
  const little = bytes[0] === 0x49;
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u16(2) !== 42) return false;
  const directoryAt = u32(4);
  return directoryAt + 2 > bytes.length || directoryAt + 2 + u16(directoryAt) * 12 > bytes.length;
}
