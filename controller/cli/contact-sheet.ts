import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { FaceRecord, MaskRecord } from '../../worker/formats/records.ts';
import { alignFace, cropMatrix } from '../../worker/vision/alignment.ts';
import { blendMask, drawLandmarks } from '../../worker/vision/draw.ts';
import { invertMatrix } from '../../worker/vision/matrix.ts';
import type { Matrix, RgbImage } from '../../worker/vision/types.ts';

const TILE_PX = 256;
const GAP_PX = 8;
const COLUMNS = 6;
const MASK_COLOUR = [255, 64, 64] as const;
const MASK_OPACITY = 0.4;

/** A face and its crop's PNG bytes. */
export interface SheetFace {
  readonly face: FaceRecord;
  readonly crop: Uint8Array;
}

/** PNG bytes of a sheet of face crops, each with its landmarks and the named mask drawn over it. */
export async function contactSheet(faces: readonly SheetFace[], maskName: string): Promise<Uint8Array> {
  const rows = Math.max(1, Math.ceil(faces.length / COLUMNS));
  const columns = Math.max(1, Math.min(COLUMNS, faces.length));
  const place = (count: number): number => GAP_PX + count * (TILE_PX + GAP_PX);
  const tiles = await Promise.all(
    faces.map(async ({ face, crop }, i) => ({
      input: await tile(face, crop, maskName),
      raw: { width: TILE_PX, height: TILE_PX, channels: 3 as const },
      left: place(i % COLUMNS),
      top: place(Math.floor(i / COLUMNS)),
    })),
  );
  const background = { r: 32, g: 32, b: 32 };
  return sharp({ create: { width: place(columns), height: place(rows), channels: 3, background } })
    .composite(tiles)
    .png()
    .toBuffer();
}

async function tile(face: FaceRecord, crop: Uint8Array, maskName: string): Promise<Buffer> {
  const pixels = await sharp(crop)
    .resize(TILE_PX, TILE_PX)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const image: RgbImage = { width: TILE_PX, height: TILE_PX, data: pixels };
  const matrix = cropMatrix(alignFace(face.landmarks), { centering: 'head', sizePx: TILE_PX });
  const mask = face.masks[maskName];
  if (mask) blendMask(image, maskInCrop(mask, matrix), MASK_COLOUR, MASK_OPACITY);
  drawLandmarks(image, face.landmarks, matrix);
  return pixels;
}

/** A stored mask seen in the crop, by the nearest pixel. */
function maskInCrop(mask: MaskRecord, matrix: Matrix): Uint8Array {
  const stored = inflateSync(mask.data, { maxOutputLength: mask.size * mask.size });
  const [a, b, tx, c, d, ty] = invertMatrix(matrix);
  const [ma, mb, mtx, mc, md, mty] = mask.matrix;
  const out = new Uint8Array(TILE_PX * TILE_PX);
  for (let y = 0; y < TILE_PX; y++) {
    for (let x = 0; x < TILE_PX; x++) {
      const fx = a * x + b * y + tx;
      const fy = c * x + d * y + ty;
      const u = Math.round(ma * fx + mb * fy + mtx);
      const v = Math.round(mc * fx + md * fy + mty);
      if (u >= 0 && v >= 0 && u < mask.size && v < mask.size)
        out[y * TILE_PX + x] = stored[v * mask.size + u]!;
    }
  }
  return out;
}
