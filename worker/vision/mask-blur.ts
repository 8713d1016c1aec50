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

/** A kernel's weights, as parts of `whole` in each direction. */
interface Kernel {
  readonly weights: readonly number[];
  readonly whole: number;
}

const box = (size: number): Kernel => ({ weights: Array<number>(size).fill(1), whole: size });

/**
 * The weights that OpenCV's `GaussianBlur` takes for bytes when no deviation is given, parts of 256: fixed ones up to a
 * size of 7, above it a sampled curve, each weight's rounding error carried into the next one towards the middle.
 */
function gaussian(size: number): Kernel {
  const whole = 256;
  if (size === 3) return { weights: [64, 128, 64], whole };
  if (size === 5) return { weights: [16, 64, 96, 64, 16], whole };
  if (size === 7) return { weights: [8, 28, 56, 72, 56, 28, 8], whole };
  const middle = size >> 1;
  const deviation = 0.3 * (middle - 1) + 0.8;
  const curve = Array.from({ length: size }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * deviation ** 2)));
  const total = curve.reduce((sum, value) => sum + value, 0);
  const weights = Array<number>(size).fill(0);
  let error = 0;
  let left = whole;
  for (let i = 0; i < middle; i++) {
    const due = (curve[i]! / total) * whole + error;
    const weight = roundHalfEven(due);
    error = due - weight;
    weights[i] = weight;
    weights[size - 1 - i] = weight;
    left -= 2 * weight;
  }
  weights[middle] = left;
  return { weights, whole };
}

/** Applies a kernel along rows and then columns; the image continues mirrored at its edges, without repeating them. */
function convolve({ width, height, data }: GrayImage, { weights, whole }: Kernel): GrayImage {
  const radius = weights.length >> 1;
  const rows = new Int32Array(width * height);
  const columnAt = mirrored(width, radius);
  const rowAt = mirrored(height, radius);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += data[y * width + columnAt[x + i]!]! * weights[i]!;
      rows[y * width + x] = sum;
    }
  }
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += rows[rowAt[y + i]! * width + x]! * weights[i]!;
      out[y * width + x] = Math.floor(sum / (whole * whole) + 0.5);
    }
  }
  return { width, height, data: out };
}

/** Position − radius … position + radius of each position, mirrored into the image. */
function mirrored(sizePx: number, radius: number): Int32Array {
  const period = Math.max(1, 2 * (sizePx - 1));
  return Int32Array.from({ length: sizePx + 2 * radius }, (_, i) => {
    const at = (((i - radius) % period) + period) % period;
    return at < sizePx ? at : period - at;
  });
}
