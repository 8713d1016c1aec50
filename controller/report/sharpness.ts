import { checkGray, type GrayImage } from '../../worker/vision/gray-image.ts';

/**
 * How sharp an image is: the variance of its Laplacian (the kernel 0 1 0 / 1 −4 1 / 0 1 0), over all pixels that have four neighbours.
 * J. L. Pech-Pacheco, G. Cristóbal, J. Chamorro-Martínez, J. Fernández-Valdivia: Diatom autofocusing in brightfield microscopy: a
 * comparative study, ICPR 2000, measure LAPV. Comparable only between images of one size.
 * @throws RangeError when a side is shorter than three pixels
 */
export function sharpness(image: GrayImage): number {
  checkGray(image);
  const { width, height, data } = image;
  if (width < 3 || height < 3)
    throw new RangeError(`a ${width}×${height} image has no pixel with four neighbours`);
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1, end = at + width - 2; at < end; at++) {
      const laplacian = data[at - width]! + data[at + width]! + data[at - 1]! + data[at + 1]! - 4 * data[at]!;
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  const count = (width - 2) * (height - 2);
  return Math.max(0, squares / count - (sum / count) ** 2);
}
