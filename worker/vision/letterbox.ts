import { resizeArea, resizeCubic } from './resize.ts';

import type { Box, Matrix, RgbImage } from './types.ts';

/** A frame fitted into a model's input, and the way back. */
export interface Letterbox {
  /** Exactly the model's size; black where the frame does not reach. */
  readonly image: RgbImage;
  /** Model pixels per frame pixel. */
  readonly scale: number;
  /** Black columns left of the frame and black rows above it. */
  readonly padX: number;
  readonly padY: number;
  /** Model pixels → frame pixels. */
  readonly toFrame: Matrix;
}

/**
 * Scales a frame, keeping its proportions, to fit into width × height, and centres it: averaging areas to shrink, cubic
 * to enlarge, sizes and padding rounded down.
 * @throws RangeError when a size is not positive
 */
export function letterbox(image: RgbImage, width: number, height: number): Letterbox {
  if (!(width > 0 && height > 0 && image.width > 0 && image.height > 0)) {
    throw new RangeError(`letterbox: ${image.width}×${image.height} into ${width}×${height}`);
  }
  const scale = Math.min(width / image.width, height / image.height);
  const innerWidth = Math.max(1, Math.trunc(image.width * scale));
  const innerHeight = Math.max(1, Math.trunc(image.height * scale));
  const padX = (width - innerWidth) >> 1;
  const padY = (height - innerHeight) >> 1;
  const toFrame: Matrix = [1 / scale, 0, -padX / scale, 0, 1 / scale, -padY / scale];
  const resize = scale > 1 ? resizeCubic : resizeArea;
  const inner = scale === 1 ? image : resize(image, innerWidth, innerHeight);
  if (innerWidth === width && innerHeight === height) return { image: inner, scale, padX, padY, toFrame };
  const data = new Uint8Array(width * height * 3);
  const rowBytes = innerWidth * 3;
  for (let y = 0; y < innerHeight; y++) {
    const row = inner.data.subarray(y * rowBytes, (y + 1) * rowBytes);
    data.set(row, ((padY + y) * width + padX) * 3);
  }
  return { image: { width, height, data }, scale, padX, padY, toFrame };
}

/** A box in model pixels as a box in frame pixels, not rounded. */
export function boxToFrame({ scale, padX, padY }: Omit<Letterbox, 'image'>, box: Box): Box {
  return { x: (box.x - padX) / scale, y: (box.y - padY) / scale, w: box.w / scale, h: box.h / scale };
}
