import type { GrayImage } from './gray-image.ts';
import { resample } from './resample.ts';
import { resampleGray } from './resample-gray.ts';
import { areaSpans, type Span, tapSpans } from './span.ts';
import type { RgbImage } from './types.ts';
import { cubicTaps } from './warp-weights.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

type AxisSpans = (sizePx: number, outPx: number) => Span[];

const cubicSpans: AxisSpans = (sizePx, outPx) => tapSpans(sizePx, outPx, 1, cubicTaps);

function spans(from: Size, to: Size, axis: AxisSpans): [Span[], Span[]] {
  const whole = Number.isInteger(to.width) && Number.isInteger(to.height);
  const shrinks = to.width <= from.width && to.height <= from.height;
  if (!whole || to.width < 1 || to.height < 1 || from.width < 1 || from.height < 1) {
    throw new RangeError(`cannot resize ${from.width}×${from.height} to ${to.width}×${to.height}`);
  }
  if (axis === areaSpans && !shrinks) {
    throw new RangeError(
      `area averaging only shrinks: ${from.width}×${from.height} to ${to.width}×${to.height}`,
    );
  }
  return [axis(from.width, to.width), axis(from.height, to.height)];
}

/**
 * Shrinks by averaging the area that each output pixel covers (OpenCV's `resize` with `INTER_AREA`, within one level).
 * @throws RangeError when the result is empty or larger than the source
 */
export function resizeArea(image: RgbImage, width: number, height: number): RgbImage {
  return resample(image, ...spans(image, { width, height }, areaSpans));
}

/**
 * Enlarges by cubic convolution with a = −0.75; edge pixels repeat (OpenCV's `INTER_CUBIC`, within one level).
 * @throws RangeError when the result is empty
 */
export function resizeCubic(image: RgbImage, width: number, height: number): RgbImage {
  return resample(image, ...spans(image, { width, height }, cubicSpans));
}

/** `resizeArea` for one channel, exactly OpenCV's when halving. */
export function resizeAreaGray(image: GrayImage, width: number, height: number): GrayImage {
  if (width * 2 === image.width && height * 2 === image.height) return halve(image);
  return resampleGray(image, ...spans(image, { width, height }, areaSpans));
}

/** The mean of each 2 × 2 pixels; halves round up here, as in OpenCV, and not to even. */
function halve({ width, height, data }: GrayImage): GrayImage {
  const out = new Uint8Array((width * height) / 4);
  for (let y = 0, at = 0; y < height; y += 2) {
    for (let i = y * width; i < (y + 1) * width; i += 2, at++) {
      out[at] = (data[i]! + data[i + 1]! + data[i + width]! + data[i + width + 1]! + 2) >> 2;
    }
  }
  return { width: width / 2, height: height / 2, data: out };
}
