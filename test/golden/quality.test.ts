import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import type { StoredMask } from '../../worker/stage/faces.ts';
import type { FrameInWork } from '../../worker/stage/frame-in-work.ts';
import { extractPhotos } from './extract-photos.ts';
import { dataSet, skipWithoutShared, type TrueFace, type TrueImage } from './shared-data.ts';

suite('quality of the default plugins on photos with ground truth', { skip: skipWithoutShared }, () => {
  let dlib: TrueImage[];
  let frames: FrameInWork[];
  before(async () => {
    dlib = dataSet('dlib-faces');
    frames = await extractPhotos(dlib.map(({ path }) => path));
  });

  test('at least 44 of the 45 faces of dlib-faces are found', () => {
    let found = 0;
    let all = 0;
    dlib.forEach(({ faces }, i) => {
      all += faces.length;
      found += faces.filter((face) => matching(frames[i]!, face) !== undefined).length;
    });
    assert.equal(all, 45);
    assert.ok(found >= 44, `${found} found`);
  });

  test('median landmark error on dlib-faces is at most 5.6 % of the outer-eye distance', (t) => {
    const errors: number[] = [];
    dlib.forEach(({ faces }, i) => {
      for (const face of faces) {
        const match = matching(frames[i]!, face);
        if (match && face.landmarks68)
          errors.push(landmarkError(match.alignment!.landmarks, face.landmarks68));
      }
    });
    errors.sort((a, b) => a - b);
    const median = errors[errors.length >> 1]!;
    t.diagnostic(`median ${median.toFixed(2)} % over ${errors.length} faces`);
    assert.ok(errors.length >= 42 && median <= 5.6, `median ${median}`);
  });

  test('no face in photos without people', async () => {
    const photos = await extractPhotos(dataSet('negatives-rainbow').map(({ path }) => path));
    const faces = photos.flatMap(kept);
    assert.equal(photos.length, 18);
    assert.equal(faces.length, 0);
  });

  test('one face in each of 32 portraits, and face masks that fit the outlines people drew', async (t) => {
    const portraits = dataSet('frl-london-neutral');
    const photos = await extractPhotos(
      portraits.map(({ path }) => path),
      { maskers: ['bisenet'] },
    );
    const ious = portraits.map(({ faces }, i) => {
      const found = kept(photos[i]!);
      assert.equal(found.length, 1, photos[i]!.key);
      const outline = faces[0]!.polygons!.find(({ label }) => label === 'face')!.points;
      return maskIou(found[0]!.masks.get('bisenet')!, outline);
    });
    const mean = ious.reduce((sum, value) => sum + value, 0) / ious.length;
    t.diagnostic(`bisenet IoU mean ${mean.toFixed(3)}, lowest ${Math.min(...ious).toFixed(3)}`);
    assert.equal(ious.length, 32);
    assert.ok(mean >= 0.85, `mean IoU ${mean}`);
  });
});

function kept(frame: FrameInWork): FrameInWork['faces'] {
  assert.equal(frame.error, null);
  return frame.faces.filter(({ alignment }) => alignment !== null);
}

/** The found face that is the true one: IoU ≥ 0.4, or its centre inside and its size within a factor of two. */
function matching(frame: FrameInWork, { box }: TrueFace): FrameInWork['faces'][number] | undefined {
  const [x, y, w, h] = box;
  return kept(frame).find(({ face: { box: found } }) => {
    const width = Math.min(x + w, found.x + found.w) - Math.max(x, found.x);
    const height = Math.min(y + h, found.y + found.h) - Math.max(y, found.y);
    const both = Math.max(0, width) * Math.max(0, height);
    if (both / (w * h + found.w * found.h - both) >= 0.4) return true;
    const cx = found.x + found.w / 2;
    const cy = found.y + found.h / 2;
    const ratio = Math.sqrt((found.w * found.h) / (w * h));
    return cx > x && cx < x + w && cy > y && cy < y + h && ratio > 0.5 && ratio < 2;
  });
}

/** Mean distance over 68 points in percent of the distance of the outer eye corners. */
function landmarkError(found: Float64Array, truth: readonly (readonly [number, number])[]): number {
  const eyes = Math.hypot(truth[36]![0] - truth[45]![0], truth[36]![1] - truth[45]![1]);
  const sum = truth.reduce(
    (total, [x, y], i) => total + Math.hypot(found[2 * i]! - x, found[2 * i + 1]! - y),
    0,
  );
  return (100 * sum) / truth.length / eyes;
}

/** Intersection over union of a stored mask and a polygon, sampled at every second frame pixel around the polygon. */
function maskIou(mask: StoredMask, polygon: readonly (readonly [number, number])[]): number {
  const pixels = inflateSync(mask.zlib);
  const [a, b, tx, c, d, ty] = mask.matrix;
  const margin = 100;
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  let both = 0;
  let either = 0;
  for (let y = Math.min(...ys) - margin; y < Math.max(...ys) + margin; y += 2) {
    for (let x = Math.min(...xs) - margin; x < Math.max(...xs) + margin; x += 2) {
      const u = Math.round(a * x + b * y + tx);
      const v = Math.round(c * x + d * y + ty);
      const inMask =
        u >= 0 && v >= 0 && u < mask.sizePx && v < mask.sizePx && pixels[v * mask.sizePx + u]! > 127;
      const inOutline = contains(polygon, x, y);
      if (inMask && inOutline) both++;
      if (inMask || inOutline) either++;
    }
  }
  return both / either;
}

function contains(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  polygon.forEach(([xi, yi], i) => {
    const [xj, yj] = polygon.at(i - 1)!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  });
  return inside;
}
