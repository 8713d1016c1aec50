import type { Colour } from '../../worker/vision/draw.ts';
import type { RgbImage } from '../../worker/vision/types.ts';

/** Levels above it are inside. */
const THRESHOLD = 127;
/** Dashes are 2 to this power long. */
const DASH_BITS = 3;

/**
 * Draws the edge of a mask: the pixels inside it that touch one outside or the image's border.
 * @param mask one level for each pixel of the image
 * @param drawn marks the pixels of the outlines so far; where they meet, the new one is dashed
 */
export function drawOutline(
  { width, height, data }: RgbImage,
  mask: Uint8Array,
  colour: Colour,
  drawn: Uint8Array,
): void {
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x]! > THRESHOLD;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      if (inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1)) continue;
      const at = y * width + x;
      if (drawn[at] === 0 || ((x + y) >> DASH_BITS) % 2 === 0) data.set(colour, at * 3);
      drawn[at] = 1;
    }
  }
}
