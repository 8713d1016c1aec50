import sharp from 'sharp';
import { errorText, FacefleetError } from '../../errors/facefleet-error.ts';
import { FACES_PREFIX } from '../../formats/face-stem.ts';
import { fsaFaceOfRecord } from '../../formats/fsa/fsa-of-record.ts';
import type { FaceHeader } from '../../formats/png-header/face-header.ts';
import { readFaceHeader } from '../../formats/png-header/face-png.ts';
import { headerText } from '../../formats/png-header/header-text.ts';
import type { FrameRecord } from '../../formats/records.ts';
import type { Store } from '../../store/store.ts';
import { isPngEnd, PNG_END_BYTES, PNG_HEAD_BYTES, type PngSize, pngSize } from './check-png.ts';
import type { FindingCode } from './finding-codes.ts';

/** What is wrong with a crop. */
export interface CropFault {
  readonly code: FindingCode;
  readonly detail: string;
}

/**
 * Looks at the first and last bytes of a crop: whether they are those of a PNG of the right size. Null when they are.
 * @param sizes allowed sides in pixels; empty when they are not known
 * @throws FacefleetError FF4006 when it does not exist
 */
export async function checkCropEnds(
  store: Store,
  key: string,
  bytes: number,
  sizes: ReadonlySet<number>,
): Promise<CropFault | null> {
  if (bytes === 0) return { code: 'CropDamaged', detail: 'it is empty' };
  const size = pngSize(await store.get(key, { length: PNG_HEAD_BYTES }));
  if (typeof size === 'string') return { code: 'CropDamaged', detail: size };
  const end = await store.get(key, { offset: Math.max(0, bytes - PNG_END_BYTES) });
  if (!isPngEnd(end)) return { code: 'CropDamaged', detail: 'it is cut short' };
  return sizeFault(size, sizes);
}

/**
 * Decodes a crop and compares its faceswap header with the record of the face. Null when all is well.
 * @param face its place in the record
 */
export async function checkWholeCrop(
  png: Uint8Array,
  record: FrameRecord,
  face: number,
  sizes: ReadonlySet<number>,
): Promise<CropFault | null> {
  if (png.length === 0) return { code: 'CropDamaged', detail: 'it is empty' };
  const size = pngSize(png.subarray(0, PNG_HEAD_BYTES));
  if (typeof size === 'string') return { code: 'CropDamaged', detail: size };
  if (!isPngEnd(png.subarray(-PNG_END_BYTES))) return { code: 'CropDamaged', detail: 'it is cut short' };
  try {
    await sharp(png, { failOn: 'warning' }).raw().toBuffer();
  } catch (error) {
    return { code: 'CropDamaged', detail: errorText(error) };
  }
  return sizeFault(size, sizes) ?? headerFault(png, record, face);
}

function sizeFault({ width, height }: PngSize, sizes: ReadonlySet<number>): CropFault | null {
  if (width === height && (sizes.size === 0 || sizes.has(width))) return null;
  const wanted = sizes.size === 0 ? 'square' : [...sizes].map((side) => `${side} × ${side}`).join(' or ');
  return { code: 'CropSizeDiffers', detail: `it has ${width} × ${height} pixels, not ${wanted}` };
}

function headerFault(png: Uint8Array, record: FrameRecord, face: number): CropFault | null {
  const { crop, ...found } = record.faces[face]!;
  let detail = 'it has no faceswap header';
  try {
    const header = readFaceHeader(png, crop ?? '');
    if (header !== null) {
      const { version, isVideo } = header.source;
      const expected: FaceHeader = {
        face: { ...fsaFaceOfRecord({ ...found, crop }), thumbnail: null },
        source: {
          version,
          isVideo,
          originalFilename: (crop ?? '').slice(FACES_PREFIX.length),
          faceIndex: face,
          sourceFilename: record.key,
          frameSize: { width: record.width, height: record.height },
        },
      };
      if (headerText(header) === headerText(expected)) return null;
      detail = `its header is of ${aboutSource(header)}${isSameFace(header, expected) ? '' : ', with other numbers than the record'}`;
    }
  } catch (error) {
    if (!(error instanceof FacefleetError)) throw error;
    detail = error.detail;
  }
  return { code: 'CropHeaderDiffers', detail };
}

function aboutSource({ source }: FaceHeader): string {
  return `face ${source.faceIndex} of ${source.sourceFilename}`;
}

function isSameFace({ face }: FaceHeader, expected: FaceHeader): boolean {
  return headerText({ ...expected, face }) === headerText(expected);
}
