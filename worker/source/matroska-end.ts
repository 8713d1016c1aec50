import { placeHead, type VideoPlace } from './video-place.ts';

const EBML_HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;

/**
 * The byte after the end of a Matroska or WebM file as its Segment element announces it, or null when the file is of another
 * kind or was written as a live stream (size unknown). The demuxer takes a cut file for a complete one; its size tells.
 * Element coding: RFC 8794.
 */
export async function matroskaEnd(place: VideoPlace): Promise<number | null> {
  const bytes = await placeHead(place, 4096);
  if (bytes.length < 12 || bytes.readUInt32BE(0) !== EBML_HEADER) return null;
  const headerEnd = elementEnd(bytes, 4);
  if (headerEnd === null || headerEnd + 12 > bytes.length) return null;
  return bytes.readUInt32BE(headerEnd) === SEGMENT ? elementEnd(bytes, headerEnd + 4) : null;
}

/** End of the element whose size field is at `at`; null when the size is unknown (all value bits set). */
function elementEnd(bytes: Buffer, at: number): number | null {
  const length = Math.clz32(bytes[at]!) - 23;
  if (length > 8) return null;
  let size = bytes[at]! & (0xff >> length);
  for (let i = 1; i < length; i++) size = size * 256 + bytes[at + i]!;
  return size === 2 ** (7 * length) - 1 ? null : at + length + size;
}
