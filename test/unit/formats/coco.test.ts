import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCoco } from '../../../worker/formats/coco/encode-coco.ts';
import { FACE_CATEGORY } from '../../../worker/formats/coco/face-category.ts';
import {
  portableFace,
  portableFrameOf,
  somePoints,
  streamOf,
  textOf,
} from '../../fixtures/portable-frames.ts';

const box = { x: 1, y: -2, w: 30, h: 40 };
const frames = [
  portableFrameOf(
    'a "quoted".png',
    [portableFace({ box, landmarks: somePoints(), score: 0.5 }), portableFace({ box })],
    {
      size: { width: 100, height: 50 },
    },
  ),
  portableFrameOf('none.png', []),
  portableFrameOf('b.png', [portableFace({ landmarks: somePoints() })]),
];

describe('the COCO document', async () => {
  const document = JSON.parse(await textOf(encodeCoco(() => streamOf(frames)))) as {
    images: object[];
    annotations: {
      id: number;
      image_id: number;
      bbox: number[];
      keypoints: number[];
      [field: string]: unknown;
    }[];
    categories: object[];
  };

  it('names every frame, faces or not', () => {
    assert.deepEqual(document.images, [
      { id: 1, file_name: 'a "quoted".png', width: 100, height: 50 },
      { id: 2, file_name: 'none.png', width: null, height: null },
      { id: 3, file_name: 'b.png', width: null, height: null },
    ]);
  });

  it('has one annotation per face', () => {
    assert.deepEqual(
      document.annotations.map(({ id, image_id }) => [id, image_id]),
      [
        [1, 1],
        [2, 1],
        [3, 3],
      ],
    );
    const [full, boxOnly, pointsOnly] = document.annotations;
    const { keypoints, ...rest } = full!;
    assert.deepEqual(rest, {
      id: 1,
      image_id: 1,
      category_id: 1,
      bbox: [1, -2, 30, 40],
      area: 1200,
      iscrowd: 0,
      score: 0.5,
      num_keypoints: 68,
    });
    assert.equal(keypoints.length, 68 * 3);
    assert.deepEqual(keypoints.slice(0, 3), [10, 5.125, 2]);
    assert.deepEqual(keypoints.slice(-3), [120.5, somePoints()[135], 1]);
    assert.deepEqual([boxOnly!.num_keypoints, boxOnly!.keypoints, boxOnly!.score], [0, [], null]);
    assert.equal(pointsOnly!.bbox.length, 4);
    assert.equal(pointsOnly!.keypoints.at(-1), 2, 'without a size no point is outside');
  });

  it('has a name for each point and edges between existing ones', () => {
    assert.equal(new Set(FACE_CATEGORY.keypoints).size, 68);
    assert.deepEqual(
      [0, 8, 17, 22, 30, 36, 42, 48, 60, 67].map((i) => FACE_CATEGORY.keypoints[i]),
      [
        'jaw_1',
        'jaw_9',
        'right_brow_1',
        'left_brow_1',
        'nose_bridge_4',
        'right_eye_1',
        'left_eye_1',
        'outer_lips_1',
        'inner_lips_1',
        'inner_lips_8',
      ],
    );
    for (const point of FACE_CATEGORY.skeleton.flat()) assert.ok(point >= 1 && point <= 68);
  });

  it('is whole without any frame', async () => {
    const empty = JSON.parse(await textOf(encodeCoco(() => streamOf([])))) as typeof document;
    assert.deepEqual([empty.images, empty.annotations], [[], []]);
  });
});
