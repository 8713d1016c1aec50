import sharp, { type Sharp } from 'sharp';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { Store } from '../../worker/store/store.ts';
import { cropPadding } from '../../worker/vision/alignment.ts';
import type { Picture } from './report.ts';
import { sharpness } from './sharpness.ts';

/** Side of the crops that sharpness is measured on, pixels: larger ones are scaled down, so that all are alike. */
const MEASURED_PX = 256;
/** More bytes are no crop. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_PIXELS = 8192 * 8192;
const QUALITY = 80;

/** A face's picture for the sheet, and how sharp its crop is. */
export interface DrawnFace {
  readonly picture: Picture | null;
  readonly sharpness: number | null;
}

/**
 * Draws a face from its crop; where that is not there or cannot be read, from the thumbnail of its record; else not at all.
 * @param sidePx of the picture
 * @throws FacefleetError FF4006, FF4010, FF4011 when the store cannot be read
 */
export async function drawFace(
  store: Store,
  crop: string | null,
  thumbnail: Uint8Array | null,
  sidePx: number,
): Promise<DrawnFace> {
  const bytes = crop === null ? null : await cropBytes(store, crop);
  const drawn = bytes === null ? null : await fromCrop(bytes, sidePx);
  if (drawn !== null) return drawn;
  const small = thumbnail === null ? null : await jpegOf(thumbnail, sidePx);
  return { picture: small === null ? null : { jpeg: small, isThumbnail: true }, sharpness: null };
}

/** Null when it is not there, or no extraction can have written it. */
async function cropBytes(store: Store, crop: string): Promise<Uint8Array | null> {
  try {
    const found = await store.head(crop);
    return found === null || found.bytes === 0 || found.bytes > MAX_BYTES ? null : await store.get(crop);
  } catch (error) {
    if (!(error instanceof FacefleetError)) throw error;
    // a name in the record that is no key; or it went meanwhile
    if (error.code === 'FF4004' || (error.code === 'FF4006' && (await store.head(crop)) === null))
      return null;
    throw error;
  }
}

async function fromCrop(bytes: Uint8Array, sidePx: number): Promise<DrawnFace | null> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const raw = { raw: { width, height, channels } };
    const [jpeg, edges] = await Promise.all([
      sharp(data, raw).resize(sidePx, sidePx, { fit: 'fill' }).jpeg({ quality: QUALITY }).toBuffer(),
      width === height ? measured(sharp(data, raw)) : null,
    ]);
    return { picture: { jpeg, isThumbnail: false }, sharpness: edges };
  } catch {
    // what sharp refuses is no picture
    return null;
  }
}

/** Only the face itself counts: neither hair and background, nor the edge of the frame within the crop. */
async function measured(crop: Sharp): Promise<number> {
  const left = cropPadding('head', MEASURED_PX);
  const side = MEASURED_PX - 2 * left;
  const { data, info } = await crop
    .resize(MEASURED_PX, MEASURED_PX)
    .extract({ left, top: left, width: side, height: side })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharpness({ width: info.width, height: info.height, data });
}

async function jpegOf(bytes: Uint8Array, sidePx: number): Promise<Uint8Array | null> {
  try {
    return await sharp(bytes, { limitInputPixels: MAX_PIXELS })
      .resize(sidePx, sidePx, { fit: 'fill', withoutEnlargement: true })
      .jpeg({ quality: QUALITY })
      .toBuffer();
  } catch {
    // what sharp refuses is no picture
    return null;
  }
}
