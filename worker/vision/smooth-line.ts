import { clipSegment } from './clip-segment.ts';
import type { GrayImage } from './gray-image.ts';
import type { Point } from './types.ts';

/** Bits of the fraction of a coordinate. */
const BITS = 16;
const ONE = 2 ** BITS;

/** Brightness of a pixel by its distance from the line's middle, 1/32 px a step: a bell curve (OpenCV's `FilterTable`). */
// biome-ignore format: sixteen per line
const FALL_OFF = [
  168, 177, 185, 194, 202, 210, 218, 224, 231, 236, 241, 246, 249, 252, 254, 254,
  254, 254, 252, 249, 246, 241, 236, 231, 224, 218, 210, 202, 194, 185, 177, 168,
  158, 149, 140, 131, 122, 114, 105, 97, 89, 82, 75, 68, 62, 56, 50, 45,
  40, 36, 32, 28, 25, 22, 19, 16, 14, 12, 11, 9, 8, 7, 5, 5,
] as const;

/** How much brighter a line is the more it slopes, as it has fewer pixels for its length (OpenCV's `SlopeCorrTable`). */
// biome-ignore format: sixteen per line
const SLOPE_GAIN = [
  181, 181, 181, 182, 182, 183, 184, 185, 187, 188, 190, 192, 194, 196, 198, 201,
  203, 206, 209, 211, 214, 218, 221, 224, 227, 231, 235, 238, 242, 246, 250, 254,
] as const;

/** Moves a pixel towards a level by a share of 1/256, twice. */
function blend({ width, height, data }: GrayImage, x: number, y: number, level: number, share: number): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  let value = data[y * width + x]!;
  value += ((level - value) * share + 127) >> 8;
  value += ((level - value) * share + 127) >> 8;
  data[y * width + x] = value;
}

/**
 * The brightness along a line, whose first two and last two pixels are covered in part only: by pixels behind and pixels
 * ahead, 0, 1 or 2 (for more) each.
 * @param from the first end's fraction, and `to` the last end's, 1/16 px in steps of 8
 */
function endGains(gain: number, from: number, to: number): readonly number[] {
  const scaled = (share: number) => ((share * gain) >> 8) & 0x1ff;
  const first = (0x78 - from) | 4;
  const last = to | 4;
  const single = scaled(((to - from) & 0x78) | 4);
  return [
    ...[0, single, scaled(first)],
    ...[single, scaled((to - from + 0x80) | 4), scaled(first + 0x80)],
    ...[scaled(last), scaled(last + 0x80), gain],
  ];
}

/**
 * Draws a line with soft edges, about two pixels wide: OpenCV's `line` with `LINE_AA` on one channel.
 * @param from whole pixel coordinates, like `to`; what lies outside the image is cut off
 * @param level 0 to 255
 */
export function drawSmoothLine(image: GrayImage, from: Point, to: Point, level: number): void {
  const scaled = ([x, y]: Point): Point => [x * ONE, y * ONE];
  const clipped = clipSegment(scaled(from), scaled(to), image.width * ONE - 1, image.height * ONE - 1);
  if (clipped === null) return;
  // along its main axis, in rising order
  const [a, b] = clipped;
  const main = Math.abs(b[0] - a[0]) > Math.abs(b[1] - a[1]) ? 0 : 1;
  const side = 1 - main;
  const [start, end] = b[main]! < a[main]! ? [b, a] : [a, b];
  const length = end[main]! - start[main]!;
  const step = Math.trunc(((end[side]! - start[side]!) * ONE) / (length % 2 === 0 ? length + 1 : length));
  const fraction = start[main]! % ONE;
  let across = start[side]! + Math.floor((-step * fraction) / ONE) + ONE / 2;
  let along = Math.floor(start[main]! / ONE);
  let ahead = Math.floor((end[main]! + ONE) / ONE) - along;

  const steepness = step < 0 ? ~(step >> (BITS - 5)) & 0x3f : (step >> (BITS - 5)) & 0x3f;
  const gain = steepness & 0x20 ? 0x100 : SLOPE_GAIN[steepness]!;
  const inSteps = (coordinate: number) => Math.floor(coordinate / 2 ** (BITS - 7)) & 0x78;
  const gains = endGains(gain, inSteps(start[main]!), inSteps(end[main]! + ONE));
  for (let behind = 0; ahead >= 0; behind++, ahead--, along++, across += step) {
    const brightness = gains[Math.min(behind, 2) * 3 + Math.min(ahead, 2)]!;
    const nearest = Math.floor(across / ONE);
    const distance = Math.floor(across / 2 ** (BITS - 5)) & 31;
    [FALL_OFF[distance + 32]!, FALL_OFF[distance]!, FALL_OFF[63 - distance]!].forEach((fall, i) => {
      const share = ((brightness * fall) >> 8) & 0xff;
      const other = nearest - 1 + i;
      blend(image, main === 0 ? along : other, main === 0 ? other : along, level, share);
    });
  }
}
