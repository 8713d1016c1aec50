import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { FaceHeader } from './face-header.ts';
import { headerText, parseHeaderText } from './header-text.ts';
import { chunksToImage, type PngChunk, pngChunk } from './png-chunks.ts';

/** Keyword, no compression (flag and method 0), no language, no translated keyword (PNG specification, 11.3.3.4). */
const PREFIX = Buffer.from('faceswap\0\0\0\0\0', 'latin1');
const KEYWORD = PREFIX.subarray(0, 9);
const MAX_TEXT_BYTES = 2 * 1024 * 1024;

/**
 * The faceswap header of a face image; null when the image has none.
 * @param png the whole file, or its begin up to the image data
 * @param where names the file in errors
 * @throws FacefleetError FF1201 when it is no PNG, is damaged before the image data, or has a header that cannot be read
 */
export function readFaceHeader(png: Uint8Array, where: string): FaceHeader | null {
  for (const chunk of chunksToImage(png, where)) {
    if (!isHeader(chunk)) continue;
    const { data } = chunk;
    if (!PREFIX.equals(data.subarray(0, PREFIX.length)))
      throw new FacefleetError('FF1201', `${where}: its faceswap header is compressed or has a language`);
    if (data.length > MAX_TEXT_BYTES)
      throw new FacefleetError('FF1201', `${where}: its faceswap header has ${data.length} bytes`);
    return parseHeaderText(textOf(data.subarray(PREFIX.length), where), where);
  }
  return null;
}

/**
 * The PNG with a faceswap header right before its image data, in place of one that it had.
 * @throws FacefleetError FF1201 when `png` is no PNG, FF3003 for a value out of bounds
 */
export function writeFaceHeader(png: Uint8Array, header: FaceHeader): Uint8Array {
  const parts: Uint8Array[] = [png.subarray(0, 8)];
  for (const chunk of chunksToImage(png, header.source.originalFilename)) {
    const { type, offset, totalBytes } = chunk;
    if (type === 'IDAT')
      parts.push(
        pngChunk('iTXt', Buffer.concat([PREFIX, Buffer.from(headerText(header))])),
        png.subarray(offset),
      );
    else if (!isHeader(chunk)) parts.push(png.subarray(offset, offset + totalBytes));
  }
  return Buffer.concat(parts);
}

function isHeader({ type, data }: PngChunk): boolean {
  return type === 'iTXt' && KEYWORD.equals(data.subarray(0, KEYWORD.length));
}

function textOf(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new FacefleetError('FF1201', `${where}: its faceswap header is not valid UTF-8`, { cause: error });
  }
}
