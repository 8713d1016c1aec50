import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { ensureSamples } from '../../models/samples.ts';
import type { FaceInWork, FrameInWork } from '../../worker/stage/frame-in-work.ts';
import { overlap } from '../../worker/vision/overlap.ts';
import { extractPhotos } from './extract-photos.ts';
import golden from './samples.json' with { type: 'json' };

type Map = 'ibug' | 'clean';
const PHOTOS = Object.entries(golden.photos);
/** Another processor rounds differently: boxes by a pixel or two, landmarks by fractions of the distance of the eyes. */
const MIN_IOU = 0.95;
const MAX_ERROR_PERCENT = 1;

describe('what is found in the six sample photos', () => {
  let folder: string;
  const found = new Map<Map, FrameInWork[]>();
  const paths = (): string[] => PHOTOS.map(([name]) => join(folder, name));

  before(async () => {
    folder = await ensureSamples();
    for (const landmarkMap of ['ibug', 'clean'] as const)
      found.set(landmarkMap, await extractPhotos(paths(), { alignerOptions: { landmarkMap } }));
  });

  for (const [i, [name, { width, height, faces }]] of PHOTOS.entries()) {
    it(`${name}: ${faces.length} faces where they were`, () => {
      const frame = found.get('ibug')![i]!;
      assert.deepEqual(frame.size, { width, height });
      const there = kept(frame);
      assert.equal(there.length, faces.length);
      for (const [k, { box }] of faces.entries()) {
        const iou = iouWith(box, nearest(frame, box));
        assert.ok(iou >= MIN_IOU, `face ${k}: IoU ${iou}`);
      }
    });
  }

  for (const landmarkMap of ['ibug', 'clean'] as const) {
    it(`landmarks by the map ${landmarkMap} are where they were`, () => {
      for (const [i, [name, { faces }]] of PHOTOS.entries()) {
        for (const [k, truth] of faces.entries()) {
          const { landmarks } = nearest(found.get(landmarkMap)![i]!, truth.box).alignment!;
          const points = golden.points.map((point) => [landmarks[2 * point]!, landmarks[2 * point + 1]!]);
          const error = errorPercent(points, truth[landmarkMap]);
          assert.ok(error < MAX_ERROR_PERCENT, `${name}, face ${k}: ${error} %`);
        }
      }
    });
  }

  it('the maps differ, but not by much', (t) => {
    const errors = PHOTOS.flatMap(([, { faces }]) =>
      faces.map(({ ibug, clean }) => errorPercent(clean, ibug)),
    );
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    t.diagnostic(
      `${mean.toFixed(1)} % of the distance of the eyes, at most ${Math.max(...errors).toFixed(1)} %`,
    );
    assert.ok(mean > 0.5 && mean < 8, `${mean} %`);
  });

  it('another detector finds most of them, too', async () => {
    const frames = await extractPhotos(paths(), { detector: 'blazeface' });
    const count = frames.reduce((sum, frame) => sum + kept(frame).length, 0);
    assert.ok(count >= 20 && count <= 22, `${count} faces`);
  });
});

function kept(frame: FrameInWork): FaceInWork[] {
  assert.equal(frame.error, null);
  return frame.faces.filter(({ alignment }) => alignment !== null);
}

/** The face of a frame that a box means: scores may be too near to each other for an order. */
function nearest(frame: FrameInWork, box: readonly number[]): FaceInWork {
  return kept(frame).reduce((best, face) => (iouWith(box, face) > iouWith(box, best) ? face : best));
}

function iouWith([x = 0, y = 0, w = 0, h = 0]: readonly number[], { face }: FaceInWork): number {
  return overlap(face.box, { x, y, w, h });
}

/** Mean distance of points in percent of the distance of the outer eye corners, which are the third and fourth. */
function errorPercent(points: readonly (readonly number[])[], truth: readonly (readonly number[])[]): number {
  const distance = ([x1 = 0, y1 = 0]: readonly number[], [x2 = 0, y2 = 0]: readonly number[]): number =>
    Math.hypot(x1 - x2, y1 - y2);
  const sum = points.reduce((total, point, i) => total + distance(point, truth[i]!), 0);
  return (100 * sum) / points.length / distance(truth[2]!, truth[3]!);
}
