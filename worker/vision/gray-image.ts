/** 8-bit samples of one channel, row-major, no padding: `data.length === width * height`. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** @throws RangeError when the image is empty or its data has another length */
export function checkGray({ width, height, data }: GrayImage): void {
  if (!(width > 0 && height > 0) || data.length !== width * height) {
    throw new RangeError(`a ${width}×${height} image of one channel cannot have ${data.length} bytes`);
  }
}
