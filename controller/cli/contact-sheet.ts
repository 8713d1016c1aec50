import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { FaceRecord, MaskRecord } from '../../worker/formats/records.ts';
import { alignFace, cropMatrix } from '../../worker/vision/alignment.ts';
import { type Colour, drawLandmarks } from '../../worker/vision/draw.ts';
import { invertMatrix } from '../../worker/vision/matrix.ts';
import type { Matrix, RgbImage } from '../../worker/vision/types.ts';
import { CHAR_ADVANCE, CHAR_HEIGHT, drawText } from './bitmap-text.ts';
import { drawOutline } from './draw-outline.ts';

const TILE_PX = 256;
const GAP_PX = 8;
const COLUMNS = 6;
const DOT_PX = 2;
const LABEL_PX = CHAR_HEIGHT * DOT_PX + 6;
const LABEL_CHARS = Math.floor(TILE_PX / (CHAR_ADVANCE * DOT_PX));
const LABEL_COLOUR: Colour = [240, 240, 240];
const BACKGROUND = { r: 32, g: 32, b: 32 };
const MASK_COLOURS: readonly Colour[] = [
  [255, 64, 64],
  [255, 80, 255],
  [255, 150, 0],
  [255, 255, 255],
  [120, 120, 255],
  [170, 100, 60],
];

/** A face, what it is called on the sheet, and its crop's PNG bytes. */
export interface SheetFace {
  readonly label: string;
  readonly face: FaceRecord;
  readonly crop: Uint8Array;
}

/**
 * A sheet of face crops, each over its label, with its landmarks and the outline of each of its masks; the masks' names stand in their
 * colours at the top.
 * @param format of the image file, as sharp names it
 */
export async function contactSheet(
  faces: readonly SheetFace[],
  format: 'png' | 'jpeg' | 'webp',
): Promise<Uint8Array> {
  const masks = [...new Set(faces.flatMap(({ face }) => Object.keys(face.masks)))].sort();
  const colours = new Map(masks.map((name, i) => [name, MASK_COLOURS[i % MASK_COLOURS.length]!]));
  const rows = Math.max(1, Math.ceil(faces.length / COLUMNS));
  const columns = Math.max(1, Math.min(COLUMNS, faces.length));
  const width = GAP_PX + columns * (TILE_PX + GAP_PX);
  const top = LABEL_PX + GAP_PX;
  const tiles = await Promise.all(
    faces.map(async (face, i) => ({
      ...composite(await tile(face, colours)),
      left: GAP_PX + (i % COLUMNS) * (TILE_PX + GAP_PX),
      top: top + Math.floor(i / COLUMNS) * (TILE_PX + LABEL_PX + GAP_PX),
    })),
  );
  const legend = { ...composite(legendOf(colours, width)), left: 0, top: GAP_PX / 2 };
  const height = top + rows * (TILE_PX + LABEL_PX + GAP_PX);
  return sharp({ create: { width, height, channels: 3, background: BACKGROUND } })
    .composite([legend, ...tiles])
    .toFormat(format)
    .toBuffer();
}

function composite({ data, width, height }: RgbImage) {
  return { input: Buffer.from(data), raw: { width, height, channels: 3 as const } };
}

function legendOf(colours: ReadonlyMap<string, Colour>, width: number): RgbImage {
  const image = blank(width, LABEL_PX);
  let left = GAP_PX;
  for (const [name, colour] of colours) {
    drawText(image, left, 3, name, colour, DOT_PX);
    left += (name.length + 2) * CHAR_ADVANCE * DOT_PX;
  }
  return image;
}

async function tile(
  { face, crop, label }: SheetFace,
  colours: ReadonlyMap<string, Colour>,
): Promise<RgbImage> {
  const image = blank(TILE_PX, TILE_PX + LABEL_PX);
  const pixels = await sharp(crop)
    .resize(TILE_PX, TILE_PX)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  image.data.set(pixels);
  const cropped: RgbImage = {
    width: TILE_PX,
    height: TILE_PX,
    data: image.data.subarray(0, TILE_PX * TILE_PX * 3),
  };
  const matrix = cropMatrix(alignFace(face.landmarks), { centering: 'head', sizePx: TILE_PX });
  drawLandmarks(cropped, face.landmarks, matrix);
  const drawn = new Uint8Array(TILE_PX * TILE_PX);
  for (const [name, colour] of colours) {
    const mask = face.masks[name];
    if (mask) drawOutline(cropped, maskInCrop(mask, matrix), colour, drawn);
  }
  drawText(image, 0, TILE_PX + 3, shortened(label), LABEL_COLOUR, DOT_PX);
  return image;
}

function blank(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(BACKGROUND.r) };
}

/** The end of a name tells more than its start. */
function shortened(label: string): string {
  const chars = [...label.normalize('NFC')];
  return chars.length <= LABEL_CHARS ? chars.join('') : `..${chars.slice(2 - LABEL_CHARS).join('')}`;
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
