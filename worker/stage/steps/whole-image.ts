import type { Matrix, RgbImage } from '../../vision/types.ts';
import type { Face } from '../faces.ts';

/** Scales an image that is a face crop already to `sizePx`², pixel centres to pixel centres. */
export function wholeImage(image: RgbImage, sizePx: number): Matrix {
  const sx = sizePx / image.width;
  const sy = sizePx / image.height;
  return [sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2];
}

/** Share of a head crop's side that the face box takes (the unit square of a head-centred crop is 0.375 of it). */
const FACE_SHARE = 0.5;

/** The face of an image that is a head crop already: in its middle, upright. */
export function wholeImageFace(image: RgbImage): Face {
  const w = Math.round(image.width * FACE_SHARE);
  const h = Math.round(image.height * FACE_SHARE);
  const box = { x: Math.round((image.width - w) / 2), y: Math.round((image.height - h) / 2), w, h };
  return { box, score: 1, rollDeg: 0 };
}
