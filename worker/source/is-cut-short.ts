import type { ImageFormat } from './sniff-format.ts';

/**
 * Whether an image file ends before the end that its own structure announces. Decoders report a cut PNG or WebP as any
 * other damage; this tells the two apart, so that the user hears "copy it again".
 */
export function isCutShort(bytes: Buffer, format: ImageFormat): boolean {
  switch (format) {
    case 'png':
      return pngIsCut(bytes);
    case 'webp':
      return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
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
