import { checkGray, type GrayImage } from './gray-image.ts';
import { roundHalfEven } from './round.ts';

/**
 * Grows (or, with a negative share, shrinks) the bright area of a mask by an elliptic kernel, whose diameter is a share
 * of the mask's width (OpenCV's `dilate` and `erode` with `MORPH_ELLIPSE`). What lies outside the mask does not count.
 * @param percent −100 to 100; 0 returns the mask itself
 */
export function dilateMask(mask: GrayImage, percent: number): GrayImage {
  checkGray(mask);
  const { width, height, data } = mask;
  const kernel = roundHalfEven((width * Math.abs(percent)) / 100);
  if (kernel < 1) return mask;
  const better = percent > 0 ? Math.max : Math.min;
  const start = percent > 0 ? 0 : 255;
  const out = new Uint8Array(data.length).fill(start);
  for (const { dy, from, to } of ellipse(kernel)) {
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
      const source = (y + dy) * width;
      for (let x = 0; x < width; x++) {
        let level = out[y * width + x]!;
        const last = Math.min(width - 1, x + to);
        for (let i = Math.max(0, x + from); i <= last; i++) level = better(level, data[source + i]!);
        out[y * width + x] = level;
      }
    }
  }
  return { width, height, data: out };
}

/** The rows of an elliptic kernel: vertical offset, first and last horizontal offset. */
function ellipse(kernel: number): { dy: number; from: number; to: number }[] {
  const radius = kernel >> 1;
  return Array.from({ length: kernel }, (_, row) => {
    const dy = row - radius;
    const half = radius === 0 ? 0 : roundHalfEven(Math.sqrt(Math.max(0, radius * radius - dy * dy)));
    return { dy, from: -half, to: Math.min(half, kernel - 1 - radius) };
  });
}
