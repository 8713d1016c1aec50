import type { GrayImage } from './gray-image.ts';

/** Source index of a position beyond the end: mirrored without repeating the edge. */
function mirror(position: number, size: number): number {
  if (position < size) return position;
  return size === 1 ? 0 : Math.max(0, 2 * (size - 1) - position);
}

/**
 * Contrast limited adaptive histogram equalisation (Zuiderveld 1994) with the arithmetic of OpenCV's `CLAHE`.
 * @param clipLimit highest count of a level in a tile, relative to a flat histogram
 * @param tiles tiles in each direction
 */
export function clahe(image: GrayImage, clipLimit: number, tiles: number): GrayImage {
  const { width, height, data } = image;
  const even = width % tiles === 0 && height % tiles === 0;
  const tileWidth = (even ? width : width + tiles - (width % tiles)) / tiles;
  const tileHeight = (even ? height : height + tiles - (height % tiles)) / tiles;
  const tables = new Uint8ClampedArray(tiles * tiles * 256);
  for (let ty = 0; ty < tiles; ty++) {
    for (let tx = 0; tx < tiles; tx++) {
      const counts = new Int32Array(256);
      for (let y = ty * tileHeight; y < (ty + 1) * tileHeight; y++) {
        const row = mirror(y, height) * width;
        for (let x = tx * tileWidth; x < (tx + 1) * tileWidth; x++) counts[data[row + mirror(x, width)]!]!++;
      }
      const at = (ty * tiles + tx) * 256;
      fillTable(counts, tileWidth * tileHeight, clipLimit, tables.subarray(at, at + 256));
    }
  }
  const out = new Uint8ClampedArray(width * height);
  const columns = neighbours(width, tileWidth, tiles);
  const rows = neighbours(height, tileHeight, tiles);
  for (let y = 0, at = 0; y < height; y++) {
    const { first: top, second: bottom, share: down } = rows[y]!;
    for (let x = 0; x < width; x++, at++) {
      const { first: left, second: right, share: across } = columns[x]!;
      const level = data[at]!;
      const upper = between(
        tables[(top * tiles + left) * 256 + level]!,
        tables[(top * tiles + right) * 256 + level]!,
        across,
      );
      const lower = between(
        tables[(bottom * tiles + left) * 256 + level]!,
        tables[(bottom * tiles + right) * 256 + level]!,
        across,
      );
      out[at] = between(upper, lower, down);
    }
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** Linear interpolation in single precision. */
function between(a: number, b: number, share: number): number {
  const f = Math.fround;
  return f(f(a * f(1 - share)) + f(b * share));
}

/** Levels → equalised levels of one tile: the clipped histogram's running sum. */
function fillTable(counts: Int32Array, area: number, clipLimit: number, table: Uint8ClampedArray): void {
  const limit = Math.max(1, Math.trunc((clipLimit * area) / 256));
  let clipped = 0;
  for (let i = 0; i < 256; i++) {
    clipped += Math.max(0, counts[i]! - limit);
    counts[i] = Math.min(limit, counts[i]!);
  }
  const each = Math.trunc(clipped / 256);
  let residual = clipped - each * 256;
  for (let i = 0; i < 256; i++) counts[i]! += each;
  const step = residual > 0 ? Math.max(1, Math.trunc(256 / residual)) : 1;
  for (let i = 0; i < 256 && residual > 0; i += step, residual--) counts[i]!++;
  const scale = Math.fround(255 / area);
  let sum = 0;
  for (let i = 0; i < 256; i++) {
    sum += counts[i]!;
    table[i] = Math.fround(sum * scale);
  }
}

/** For each position the two tiles whose middles are around it, and the second one's share. */
function neighbours(sizePx: number, tilePx: number, tiles: number) {
  const inverse = Math.fround(1 / tilePx);
  return Array.from({ length: sizePx }, (_, position) => {
    const place = Math.fround(Math.fround(position * inverse) - 0.5);
    const first = Math.floor(place);
    return {
      first: Math.max(0, first),
      second: Math.min(tiles - 1, first + 1),
      share: Math.fround(place - first),
    };
  });
}
