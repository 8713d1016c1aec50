import assert from 'node:assert/strict';
import { test } from 'node:test';
import { letterbox } from '../../../worker/vision/letterbox.ts';
import { invertMatrix } from '../../../worker/vision/matrix.ts';
import { nms, type Scored, votingNms } from '../../../worker/vision/nms.ts';
import { mapBox, rotation } from '../../../worker/vision/rotate.ts';
import { warpAffine } from '../../../worker/vision/warp.ts';
import { skipWithoutShared } from '../shared-data.ts';
import { goldenJson, goldenRgb, largestDifference, smallGolden, toMatrix } from './golden-data.ts';

interface LetterboxCase {
  readonly input_size: number;
  readonly h: number;
  readonly w: number;
  readonly seed: { scale: number; pad: [number, number]; resized_wh: [number, number] };
}

interface NmsCase {
  readonly boxes: number[][];
  readonly retinaface_0_4: number[][];
  readonly s3fd_vote_0_5: number[][];
  readonly 'mtcnn_iou_0.3': { boxes: number[][]; scores: number[] };
  readonly 'mtcnn_iou_0.7': { boxes: number[][]; scores: number[] };
  readonly 'mtcnn_iom_0.3': { boxes: number[][]; scores: number[] };
}

interface RotatorCase {
  readonly angles: number[];
  readonly matrices: number[][][];
  readonly inverse: number[][][];
  readonly unrotate_last_angle?: { boxes_in: number[][]; boxes_out: number[][] };
}

function checkLetterboxes(cases: readonly LetterboxCase[]): void {
  for (const { input_size: size, w, h, seed } of cases) {
    const box = letterbox({ width: w, height: h, data: new Uint8Array(w * h * 3).fill(200) }, size, size);
    assert.equal(box.scale, seed.scale);
    assert.deepEqual([box.padX, box.padY], seed.pad, `${w}×${h}`);
    const [iw, ih] = seed.resized_wh;
    const [left, top] = seed.pad;
    const level = (x: number, y: number) => box.image.data[(y * size + x) * 3];
    assert.equal(level(left, top), 200);
    assert.equal(level(left + iw - 1, top + ih - 1), 200);
    assert.equal(
      box.image.data.reduce((count, value) => count + (value > 0 ? 1 : 0), 0),
      iw * ih * 3,
    );
  }
}

function checkNms({ boxes, ...expected }: NmsCase): void {
  const candidates = boxes.map(([l, t, r, b, score]) => ({
    box: { x: l!, y: t!, w: r! - l!, h: b! - t! },
    score: score!,
  }));
  const check = (kept: readonly Scored[], rows: number[][], scores = rows.map((row) => row[4]!)) => {
    assert.deepEqual(
      kept.map(({ score }) => score),
      scores,
    );
    const corners = kept.map(({ box: { x, y, w, h } }) => [x, y, x + w, y + h]);
    assert.ok(
      largestDifference(
        corners.flat(),
        rows.flatMap((row) => row.slice(0, 4)),
      ) < 1e-3,
    );
  };
  const plusOne = true;
  check(nms(candidates, 0.4, { plusOne }), expected.retinaface_0_4);
  check(votingNms(candidates, 0.5, { plusOne }), expected.s3fd_vote_0_5);
  check(nms(candidates, 0.3, { plusOne }), expected['mtcnn_iou_0.3'].boxes, expected['mtcnn_iou_0.3'].scores);
  check(nms(candidates, 0.7, { plusOne }), expected['mtcnn_iou_0.7'].boxes, expected['mtcnn_iou_0.7'].scores);
  check(
    nms(candidates, 0.3, { plusOne, over: 'iom' }),
    expected['mtcnn_iom_0.3'].boxes,
    expected['mtcnn_iom_0.3'].scores,
  );
}

const checkRotation = (angle: number, matrix: number[][]) =>
  assert.ok(largestDifference(rotation(angle, 640, 640), matrix.flat()) < 1e-3, `${angle}°`);

test('letterboxes, suppression and rotations match the stored numbers', () => {
  const numbers = smallGolden<{
    letterbox: LetterboxCase[];
    nms: NmsCase[];
    rotation: { angle: number; matrix: number[][] }[];
  }>();
  checkLetterboxes(numbers.letterbox);
  numbers.nms.forEach(checkNms);
  for (const { angle, matrix } of numbers.rotation) checkRotation(angle, matrix);
});

const options = { skip: skipWithoutShared };
const masterMatrices = () =>
  goldenJson<{ detector_letterbox: (LetterboxCase & { master_matrix: number[][] })[] }>('infer_master.json')
    .detector_letterbox;

test('letterboxes have the scales and paddings of the reference', options, () => {
  checkLetterboxes(
    goldenJson<{ detector_letterbox: LetterboxCase[] }>('infer_master.json').detector_letterbox,
  );
});

test('a letterboxed frame equals the reference', options, async () => {
  const { image } = letterbox(await goldenRgb('frames/frame_1280x720.png'), 640, 640);
  const expected = await goldenRgb('norm/detector_seed_640_from_1280x720.png');
  assert.ok(Buffer.from(image.data).equals(expected.data));
});

test('a frame warped into the input, as since 2026, equals the reference', options, async () => {
  const image = await goldenRgb('frames/frame_1280x720.png');
  const matrix = masterMatrices().find(
    ({ w, input_size: size }) => w === 1280 && size === 640,
  )!.master_matrix;
  const { data } = warpAffine(image, toMatrix(matrix.slice(0, 2)), {
    width: 640,
    height: 640,
    interpolation: 'area',
    border: 'zero',
  });
  const expected = await goldenRgb('norm/detector_master_640_from_1280x720.png');
  assert.ok(Buffer.from(data).equals(expected.data));
});

test('letterboxes lie within a pixel of where faceswap puts them since 2026', options, () => {
  for (const { input_size: size, w, h, master_matrix: matrix } of masterMatrices()) {
    const { toFrame } = letterbox({ width: w, height: h, data: new Uint8Array(w * h * 3) }, size, size);
    const [scale, , padX, , , padY] = invertMatrix(toFrame);
    assert.ok(Math.abs(scale - matrix[0]![0]!) < 1e-6, `${w}×${h}`);
    assert.ok(Math.abs(padX - matrix[0]![2]!) <= 1 && Math.abs(padY - matrix[1]![2]!) <= 1, `${w}×${h}`);
  }
});

test('suppression keeps what the reference keeps', options, () => {
  goldenJson<{ nms: NmsCase[] }>('infer_master.json').nms.forEach(checkNms);
});

test('rotations match the reference, boxes come back with its inverse', options, () => {
  for (const { angles, matrices, inverse, unrotate_last_angle: boxes } of goldenJson<{
    rotator_master: RotatorCase[];
  }>('infer_master.json').rotator_master) {
    angles.forEach((angle, i) => void checkRotation(angle, matrices[i]!));
    if (!boxes) continue;
    const back = invertMatrix(rotation(angles.at(-1)!, 640, 640));
    // the reference forgets the inverse's translation (its last column); it is added here
    const shift = inverse.at(-1)!.map((row) => row[3]!);
    boxes.boxes_in.forEach(([l, t, r, b], i) => {
      const { x, y, w, h } = mapBox(back, { x: l!, y: t!, w: r! - l!, h: b! - t! });
      const expected = boxes.boxes_out[i]!.map((value, k) => value + shift[k % 2]!);
      assert.ok(largestDifference([x, y, x + w, y + h], expected) < 1e-2);
    });
  }
});
