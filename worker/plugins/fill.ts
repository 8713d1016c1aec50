import type { RgbImage } from '../vision/types.ts';

type Channel = 0 | 1 | 2;

/** Writes `(value - mean) * scale` in channel-first order (NCHW); `order` names the source channel of each plane. */
export function fillPlanar(
  image: RgbImage,
  target: Float32Array,
  mean: number,
  scale: number,
  order: readonly [Channel, Channel, Channel] = [0, 1, 2],
): void {
  const { data } = image;
  const pixels = image.width * image.height;
  const [first, second, third] = order;
  for (let i = 0, p = 0; i < pixels; i++, p += 3) {
    target[i] = ((data[p + first] as number) - mean) * scale;
    target[pixels + i] = ((data[p + second] as number) - mean) * scale;
    target[2 * pixels + i] = ((data[p + third] as number) - mean) * scale;
  }
}

/** Writes `(value - mean) * scale` in channel-last order (NHWC), RGB. */
export function fillInterleaved(image: RgbImage, target: Float32Array, mean: number, scale: number): void {
  const { data } = image;
  const length = image.width * image.height * 3;
  for (let i = 0; i < length; i++) target[i] = ((data[i] as number) - mean) * scale;
}

/** Writes luma (ITU-R BT.601, as OpenCV's RGB2GRAY) times `scale` as one plane. */
export function fillGray(image: RgbImage, target: Float32Array, scale: number): void {
  const { data } = image;
  const pixels = image.width * image.height;
  for (let i = 0, p = 0; i < pixels; i++, p += 3) {
    const luma =
      0.299 * (data[p] as number) + 0.587 * (data[p + 1] as number) + 0.114 * (data[p + 2] as number);
    target[i] = Math.round(luma) * scale;
  }
}
