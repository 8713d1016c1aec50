import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignFace, cropMatrix } from '../../../worker/vision/alignment.ts';
import { landmarkMask } from '../../../worker/vision/landmark-mask.ts';
import { letterbox } from '../../../worker/vision/letterbox.ts';
import { maskInFrame, storeMask } from '../../../worker/vision/mask-storage.ts';
import { IDENTITY, invertMatrix } from '../../../worker/vision/matrix.ts';
import { resizeArea, resizeCubic } from '../../../worker/vision/resize.ts';
import { subCrop } from '../../../worker/vision/sub-crop.ts';
import { umeyama } from '../../../worker/vision/umeyama.ts';
import { warpAffine } from '../../../worker/vision/warp.ts';
import { warpGray } from '../../../worker/vision/warp-gray.ts';

const image = { width: 4, height: 3, data: new Uint8Array(36) };
const landmarks = Float64Array.from({ length: 136 }, (_, i) => 50 + 20 * Math.sin(i * i));
const options = { width: 8, height: 8, interpolation: 'cubic', border: 'zero' } as const;

/** What is wrong with each input. */
const refused: Record<string, () => unknown> = {
  'landmarks of another count': () => alignFace(landmarks.subarray(2)),
  'a landmark that is not a number': () => alignFace(landmarks.with(5, Number.NaN)),
  'landmarks in one place': () => alignFace(new Float64Array(136).fill(7)),
  'a crop without size': () => cropMatrix(alignFace(landmarks), { centering: 'face', sizePx: 0 }),
  'a crop with a size that is not a number': () =>
    cropMatrix(alignFace(landmarks), { centering: 'face', sizePx: Number.NaN }),
  'point lists of different lengths': () => umeyama(landmarks, landmarks.subarray(4)),
  'a flat matrix': () => invertMatrix([1, 2, 0, 2, 4, 0]),
  'a matrix that is not finite': () => invertMatrix([1, 0, Number.NaN, 0, 1, 0]),
  'a warp by a flat matrix': () => warpAffine(image, [0, 0, 0, 0, 0, 0], options),
  'a warp into a buffer of another size': () =>
    warpAffine(image, IDENTITY, { ...options, out: new Uint8Array(5) }),
  'a warp to nothing': () => warpAffine(image, IDENTITY, { ...options, width: 0 }),
  'a warp of nothing': () => warpAffine({ width: 0, height: 0, data: new Uint8Array() }, IDENTITY, options),
  'a gray image with RGB data': () => warpGray(image, IDENTITY, options),
  'area averaging that would enlarge': () => resizeArea(image, 8, 3),
  'a size that is not whole': () => resizeCubic(image, 8.5, 3),
  'a letterbox of nothing': () => letterbox({ width: 0, height: 0, data: new Uint8Array() }, 64, 64),
  'a letterbox into nothing': () => letterbox(image, 0, 64),
  'a mask with missing levels': () => storeMask(new Uint8Array(10), 4, IDENTITY, 2),
  'a stored mask that is no square': () =>
    maskInFrame({ pixels: new Uint8Array(10), matrix: IDENTITY }, 4, 4),
  'a mask from other landmarks': () => landmarkMask('eye', landmarks.subarray(2), 64),
  'a sub-crop of an oblong': () =>
    subCrop(image, alignFace(landmarks).offsets, { from: 'head', to: 'face' }, 64),
};

for (const [what, call] of Object.entries(refused)) {
  test(`${what}: RangeError`, () => assert.throws(call, RangeError));
}
