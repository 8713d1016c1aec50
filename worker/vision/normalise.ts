import type { RgbImage } from './types.ts';

/** How an aligner's crop is normalised before it is fed. */
export type Normalisation = 'none' | 'clahe' | 'hist' | 'mean';

const CLAHE_TILES = 4;
const CLAHE_CLIP = 2;
const LEVELS = 256;

/** The image with each channel normalised on its own; `none` gives the image itself. */
export function normalise(image: RgbImage, method: Normalisation): RgbImage {
  if (method === 'none') return image;
  const data = new Uint8Array(image.data.length);
  for (let channel = 0; channel < 3; channel++) {
    const plane = new Uint8Array(image.width * image.height);
    for (let i = 0; i < plane.length; i++) plane[i] = image.data[3 * i + channel]!;
    const done = { clahe, hist: equalise, mean: stretch }[method](plane, image.width, image.height);
    for (let i = 0; i < plane.length; i++) data[3 * i + channel] = done[i]!;
  }
  return { width: image.width, height: image.height, data };
}

function histogram(plane: Uint8Array): Uint32Array {
  const counts = new Uint32Array(LEVELS);
  for (const value of plane) counts[value]!++;
  return counts;
}

/** OpenCV's equalizeHist. */
function equalise(plane: Uint8Array): Uint8Array {
  const counts = histogram(plane);
  const first = counts.findIndex((count) => count > 0);
  const rest = plane.length - counts[first]!;
  if (rest === 0) return plane;
  const table = new Uint8Array(LEVELS);
  let sum = 0;
  for (let level = first + 1; level < LEVELS; level++) {
    sum += counts[level]!;
    table[level] = Math.round((sum * 255) / rest);
  }
  return plane.map((value) => table[value]!);
}

/** The channel's range stretched to 0..255; a flat channel becomes 0. */
function stretch(plane: Uint8Array): Uint8Array {
  const counts = histogram(plane);
  const low = counts.findIndex((count) => count > 0);
  const high = counts.findLastIndex((count) => count > 0);
  const range = Math.max(high - low, 1e-6);
  return plane.map((value) => Math.trunc(((value - low) / range) * 255));
}

/** OpenCV's CLAHE with clip limit 2 and 4×4 tiles; a size that tiles do not divide is extended by reflection. */
function clahe(plane: Uint8Array, width: number, height: number): Uint8Array {
  const tileWidth = Math.ceil(width / CLAHE_TILES);
  const tileHeight = Math.ceil(height / CLAHE_TILES);
  const tables: Uint8Array[] = [];
  for (let ty = 0; ty < CLAHE_TILES; ty++) {
    for (let tx = 0; tx < CLAHE_TILES; tx++) {
      const counts = new Uint32Array(LEVELS);
      for (let y = ty * tileHeight; y < (ty + 1) * tileHeight; y++) {
        const row = reflect(y, height) * width;
        for (let x = tx * tileWidth; x < (tx + 1) * tileWidth; x++)
          counts[plane[row + reflect(x, width)]!]!++;
      }
      tables.push(clippedTable(counts, tileWidth * tileHeight));
    }
  }
  const out = new Uint8Array(plane.length);
  for (let y = 0; y < height; y++) {
    const fy = y / tileHeight - 0.5;
    const y0 = Math.floor(fy);
    const wy = fy - y0;
    const [top, bottom] = [clampTile(y0), clampTile(y0 + 1)];
    for (let x = 0; x < width; x++) {
      const fx = x / tileWidth - 0.5;
      const x0 = Math.floor(fx);
      const wx = fx - x0;
      const [left, right] = [clampTile(x0), clampTile(x0 + 1)];
      const value = plane[y * width + x]!;
      const at = (ty: number, tx: number): number => tables[ty * CLAHE_TILES + tx]![value]!;
      const upper = at(top, left) * (1 - wx) + at(top, right) * wx;
      const lower = at(bottom, left) * (1 - wx) + at(bottom, right) * wx;
      out[y * width + x] = Math.round(upper * (1 - wy) + lower * wy);
    }
  }
  return out;
}

function reflect(index: number, length: number): number {
  return index < length ? index : 2 * (length - 1) - index;
}

function clampTile(tile: number): number {
  return Math.min(CLAHE_TILES - 1, Math.max(0, tile));
}

function clippedTable(counts: Uint32Array, pixels: number): Uint8Array {
  const limit = Math.max(1, Math.trunc((CLAHE_CLIP * pixels) / LEVELS));
  let clipped = 0;
  for (let level = 0; level < LEVELS; level++) {
    const over = counts[level]! - limit;
    if (over > 0) {
      clipped += over;
      counts[level] = limit;
    }
  }
  const share = Math.trunc(clipped / LEVELS);
  let rest = clipped - share * LEVELS;
  for (let level = 0; level < LEVELS; level++) counts[level]! += share;
  if (rest > 0) {
    const step = Math.max(1, Math.trunc(LEVELS / rest));
    for (let level = 0; level < LEVELS && rest > 0; level += step, rest--) counts[level]!++;
  }
  const table = new Uint8Array(LEVELS);
  let sum = 0;
  for (let level = 0; level < LEVELS; level++) {
    sum += counts[level]!;
    table[level] = Math.min(255, Math.round((sum * 255) / pixels));
  }
  return table;
}
