import { checkGray, type GrayImage } from './gray-image.ts';
import { roundHalfEven } from './round.ts';

/** A weighted mean with a bell curve, or the plain mean of the square. */
export type BlurKind = 'gaussian' | 'normalized';

/** How much smaller the kernel is in each further pass. */
const SHRINK: Readonly<Record<BlurKind, number>> = { gaussian: 0.8, normalized: 0.5 };

const odd = (kernel: number) => (kernel % 2 === 0 ? kernel + 1 : kernel);

/**
 * Softens the edge of a mask.
 * @param kernelPx edge of the first pass's kernel; even numbers count as the next odd one; below 2 nothing happens
 * @param passes how often; each further pass has a smaller kernel
 */
export function blurMask(mask: GrayImage, kind: BlurKind, kernelPx: number, passes = 1): GrayImage {
  checkGray(mask);
  let kernel = odd(Math.trunc(kernelPx));
  let blurred = mask;
  for (let i = 0; i < passes && kernel > 1; i++) {
    blurred = convolve(blurred, kind === 'gaussian' ? gaussian(kernel) : box(kernel));
    kernel = odd(roundHalfEven(kernel * SHRINK[kind]));
  }
  return blurred;
}

const box = (size: number): number[] => Array<number>(size).fill(1 / size);

/** The weights OpenCV's `GaussianBlur` takes when no deviation is given: fixed ones up to 7, a sampled curve above. */
function gaussian(size: number): number[] {
  if (size === 3) return [0.25, 0.5, 0.25];
  if (size === 5) return [0.0625, 0.25, 0.375, 0.25, 0.0625];
  if (size === 7) return [0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125];
  const deviation = 0.3 * ((size - 1) * 0.5 - 1) + 0.8;
  const weights = Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * deviation * deviation)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Applies a kernel along rows and then columns; the image continues mirrored at its edges, without repeating them. */
function convolve({ width, height, data }: GrayImage, weights: readonly number[]): GrayImage {
  const radius = weights.length >> 1;
  const rows = new Float64Array(width * height);
  const columnAt = mirrored(width, radius);
  const rowAt = mirrored(height, radius);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += data[y * width + columnAt[x + i]!]! * weights[i]!;
      rows[y * width + x] = sum;
    }
  }
  const out = new Uint8ClampedArray(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += rows[rowAt[y + i]! * width + x]! * weights[i]!;
      out[y * width + x] = sum;
    }
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** Position − radius … position + radius of each position, mirrored into the image. */
function mirrored(sizePx: number, radius: number): Int32Array {
  const period = Math.max(1, 2 * (sizePx - 1));
  return Int32Array.from({ length: sizePx + 2 * radius }, (_, i) => {
    const at = (((i - radius) % period) + period) % period;
    return at < sizePx ? at : period - at;
  });
}
