/** Image formats that are told apart by their first bytes. Only `heic` is known but not decoded. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif' | 'avif' | 'bmp' | 'heic';

/** How many leading bytes {@link sniffFormat} looks at. */
export const SNIFF_BYTES = 64;

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIF_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1']);

/**
 * The image format of a file by its content; the file's name plays no part. SVG, PDF and everything else that is not a
 * photograph gives `undefined`.
 *
 * Signatures: JPEG ISO/IEC 10918-1, PNG and GIF89a specifications, RIFF/WebP container, TIFF 6.0 and BigTIFF, ISO/IEC 23008-12
 * (HEIF brands), BITMAPFILEHEADER.
 *
 * @param bytes the first {@link SNIFF_BYTES} bytes of the file, or more
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SNIFF_BYTES));
  const text = head.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (text.startsWith('ftyp', 4)) return heifKind(head, text);
  if (text.startsWith('BM') && head.length >= 26 && head.readUInt32LE(6) === 0) return 'bmp';
  return undefined;
}

/** AVIF when any brand of the `ftyp` box says so (HEIF writers often put a generic major brand first). */
function heifKind(head: Buffer, text: string): ImageFormat | undefined {
  const boxEnd = Math.min(head.readUInt32BE(0), text.length);
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= boxEnd; at += 4) brands.push(text.slice(at, at + 4));
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return 'avif';
  return brands.some((brand) => HEIF_BRANDS.has(brand)) ? 'heic' : undefined;
}
