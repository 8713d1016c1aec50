import { checkGray, type GrayImage } from './gray-image.ts';
import { roundHalfEven } from './round.ts';

/** Bits of the weights. */
const BITS = 11;

/** For each output position the two source positions around it and their weights in 1/2048. */
function neighbours(sizePx: number, outPx: number) {
  const scale = 1 / (outPx / sizePx);
  const inside = (position: number) => Math.max(0, Math.min(sizePx - 1, position));
  return Array.from({ length: outPx }, (_, out) => {
    const position = Math.fround((out + 0.5) * scale - 0.5);
    const whole = Math.floor(position);
    const share = Math.fround(position - whole);
    const weights = [Math.fround(1 - share), share].map((weight) => roundHalfEven(weight * 2 ** BITS));
    return { first: inside(whole), second: inside(whole + 1), before: weights[0]!, after: weights[1]! };
  });
}

/**
 * Resizes one channel bilinearly without averaging; edge pixels repeat: OpenCV's `resize` with `INTER_LINEAR` for bytes,
 * whose sums lose their lowest bits on the way.
 * @throws RangeError when a size is not a positive whole number
 */
export function resizeLinearGray(image: GrayImage, width: number, height: number): GrayImage {
  checkGray(image);
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`cannot resize ${image.width}×${image.height} to ${width}×${height}`);
  }
  const columns = neighbours(image.width, width);
  const rows = neighbours(image.height, height);
  const data = new Uint8Array(width * height);
  const sumRow = (row: number): Int32Array => {
    const at = row * image.width;
    return Int32Array.from(
      columns,
      (column) =>
        (image.data[at + column.first]! * column.before + image.data[at + column.second]! * column.after) >>
        4,
    );
  };
  rows.forEach((row, y) => {
    const upper = sumRow(row.first);
    const lower = sumRow(row.second);
    for (let x = 0; x < width; x++) {
      data[y * width + x] = (((row.before * upper[x]!) >> 16) + ((row.after * lower[x]!) >> 16) + 2) >> 2;
    }
  });
  return { width, height, data };
}
