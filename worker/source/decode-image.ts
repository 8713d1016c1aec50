import sharp, { type SharpOptions } from 'sharp';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { RgbImage } from '../vision/types.ts';
import { decodeBmp } from './decode-bmp.ts';
import { isCutShort } from './is-cut-short.ts';
import type { Limits } from './limits.ts';
import { readRegularFile } from './read-regular-file.ts';
import { releaseBytes } from './release-bytes.ts';
import { type ImageFormat, sniffFormat } from './sniff-format.ts';
import { tiffIsCut } from './tiff-is-cut.ts';

/** Makes memory for pixels, of exactly the given length; its content is overwritten. */
export type Allocate = (byteLength: number) => Uint8Array;

// Parallelism comes from decoding several frames at once, and no image is decoded twice.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes an image file to upright 8-bit sRGB pixels in shared memory.
 *
 * - The format is decided by content: JPEG, PNG, WebP, TIFF, AVIF, GIF and uncompressed BMP, whatever the file is called.
 * - EXIF orientation 1-8 is applied. Colour profiles, CMYK, grey, palette and 16-bit images are converted to 8-bit sRGB.
 *   Transparent pixels are laid onto black. Of animations the first frame and of multi-page TIFFs the first page is taken.
 * - A truncated file is refused, since half a picture gives half a face; bytes after the end of the image and small errors
 *   inside it, which viewers tolerate too, are tolerated.
 * - Size limits are checked from the file's size and the image's header, before any pixel memory is allocated.
 *
 * @param allocate where the pixels go; by default into new shared memory. Memory that is used again saves the system the
 * zeroing of fresh pages: a sixth of the time of a full HD frame
 * @throws {FacefleetError} FF1001 damaged, FF1002 truncated, FF1003 too many pixels, FF1004 too many bytes, FF1005 empty,
 * FF1006 unreadable, FF1009 no supported image format, FF1010 decoding took too long
 */
export async function decodeImage(
  path: string,
  limits: Limits,
  allocate: Allocate = sharedBytes,
): Promise<RgbImage> {
  const bytes = await readRegularFile(path, limits.maxBytes);
  const image = await decodeImageBytes(bytes, path, limits, allocate);
  releaseBytes(bytes);
  return image;
}

/**
 * As {@link decodeImage}, from memory.
 *
 * @param name the file's name, for messages only
 * @throws {FacefleetError} as {@link decodeImage}, except FF1006
 */
export async function decodeImageBytes(
  bytes: Buffer,
  name: string,
  limits: Limits,
  allocate: Allocate = sharedBytes,
): Promise<RgbImage> {
  if (bytes.length === 0) throw new FacefleetError('FF1005', name);
  if (bytes.length > limits.maxBytes)
    throw new FacefleetError('FF1004', `${name} has ${bytes.length} bytes, the limit is ${limits.maxBytes}`);
  const format = sniffFormat(bytes);
  if (format === undefined) throw new FacefleetError('FF1009', `${name} is no image of a known format`);
  if (format === 'heic') throw new FacefleetError('FF1009', `${name} is HEIC`);
  if (format === 'tiff' && tiffIsCut(bytes)) throw new FacefleetError('FF1002', `${name} (tiff)`);
  if (format === 'bmp') return decodeBmp(bytes, name, limits, allocate);
  try {
    return await within(limits.timeoutMs, name, decodeWithSharp(bytes, limits, allocate));
  } catch (thrown) {
    throw await translate(thrown, bytes, format, name, limits);
  }
}

async function decodeWithSharp(bytes: Buffer, limits: Limits, allocate: Allocate): Promise<RgbImage> {
  const options: SharpOptions = { failOn: 'truncated', limitInputPixels: limits.maxPixels };
  const { data, info } = await sharp(bytes, options)
    .autoOrient()
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .timeout({ seconds: Math.min(3600, Math.ceil(limits.timeoutMs / 1000)) })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 || data.length !== width * height * 3)
    throw new Error(`decoded to ${channels} channels and ${data.length} bytes for ${width}×${height}`);
  const shared = allocate(data.length);
  shared.set(data);
  releaseBytes(data);
  return { width, height, data: shared };
}

function sharedBytes(byteLength: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(byteLength));
}

/** The native timeout counts whole seconds and only between rows; this one also bounds a decoder stuck in one call. */
async function within<T>(timeoutMs: number, name: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new FacefleetError('FF1010', `${name}: more than ${timeoutMs} ms`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function translate(
  thrown: unknown,
  bytes: Buffer,
  format: ImageFormat,
  name: string,
  limits: Limits,
): Promise<FacefleetError> {
  if (thrown instanceof FacefleetError) return thrown;
  const text = errorText(thrown).split('\n').at(-1)?.trim() || errorText(thrown).trim();
  const detail = `${name} (${format}): ${text}`;
  const failure = (code: 'FF1001' | 'FF1002' | 'FF1009' | 'FF1010', message = detail) =>
    new FacefleetError(code, message, { cause: thrown });
  if (/pixel limit|exceeds.*limit/i.test(text)) {
    const size = await sizeText(bytes);
    return new FacefleetError('FF1003', `${name} has ${size}, the limit is ${limits.maxPixels} pixels`, {
      cause: thrown,
    });
  }
  if (/^timeout/i.test(text)) return failure('FF1010');
  if (/premature end|unexpected end|file size too small|insufficient input data/i.test(errorText(thrown)))
    return failure('FF1002');
  if (isCutShort(bytes, format)) return failure('FF1002');
  if (/unsupported (codec|feature)|not built in|compression type/i.test(text)) return failure('FF1009');
  return failure('FF1001');
}

/** The size that the header announces, as text; a header that cannot be read a second time is no reason to fail anew. */
async function sizeText(bytes: Buffer): Promise<string> {
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return `${width}×${height}`;
  } catch {
    return 'an unreadable size';
  }
}
