import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { encodeFailure, encodeRecord } from '../../../worker/formats/encode-record.ts';
import type { FaceRecord } from '../../../worker/formats/records.ts';

const face: FaceRecord = {
  box: { x: -0.4, y: 10.5, w: 99.49, h: 120 },
  score: 0.987654,
  landmarks: Float64Array.from({ length: 136 }, (_, i) => i + 0.12345),
  pose: { pitch: -0.0001, yaw: 12.34567, roll: 180 },
  masks: {
    extended: {
      size: 2,
      centering: 'face',
      matrix: [1, -0, 2.99999949, 0, 1, -7],
      interpolator: 1,
      data: Uint8Array.of(1, 2, 3),
    },
    components: {
      size: 1,
      centering: 'head',
      matrix: [1, 0, 0, 0, 1, 0],
      interpolator: 3,
      data: new Uint8Array(deflateSync(Buffer.of(255))),
    },
  },
  crop: 'faces/a_0.png',
};
const frame = { index: 3, key: 'sub/ä "b".jpg', width: 640, height: 480 };

describe('encodeRecord', () => {
  it('writes these very bytes', () => {
    const points = Array.from({ length: 68 }, (_, i) => `[${2 * i}.123,${2 * i + 1}.123]`).join(',');
    assert.equal(
      encodeRecord({ ...frame, faces: [face] }),
      '{"index":3,"key":"sub/ä \\"b\\".jpg","width":640,"height":480,"faces":[{"box":[0,11,99,120],"score":0.9877,' +
        `"landmarks":[${points}],"pose":{"pitch":0,"yaw":12.346,"roll":180},"masks":{` +
        `"components":{"size":1,"centering":"head","matrix":[[1,0,0],[0,1,0]],"interpolator":3,"data":"${deflateSync(Buffer.of(255)).toString('base64')}"},` +
        '"extended":{"size":2,"centering":"face","matrix":[[1,0,2.999999],[0,1,-7]],"interpolator":1,"data":"AQID"}},' +
        '"crop":"faces/a_0.png"}]}',
    );
    assert.equal(encodeRecord({ ...frame, faces: [] }).endsWith('"faces":[]}'), true);
  });

  it('names what a plugin got wrong', () => {
    const wrong: [Partial<FaceRecord>, RegExp][] = [
      [{ score: Number.NaN }, /ä "b"\.jpg: face 1: score is NaN/],
      [{ box: { x: 0, y: 0, w: Number.POSITIVE_INFINITY, h: 1 } }, /box is Infinity/],
      [{ landmarks: face.landmarks.map((value, i) => (i === 77 ? Number.NaN : value)) }, /landmarks is NaN/],
      [{ box: { x: -2e9, y: 0, w: 1, h: 1 } }, /box is -2000000000/],
      [{ landmarks: new Float64Array(10) }, /number of landmark coordinates is 10/],
      [{ pose: { pitch: 0, yaw: 0, roll: Number.NaN } }, /pose is NaN/],
    ];
    for (const [fault, message] of wrong) {
      const faces = [face, { ...face, ...fault }];
      assert.throws(
        () => encodeRecord({ ...frame, faces }),
        (error) => error instanceof FacefleetError && error.code === 'FF3003' && message.test(error.message),
      );
    }
    assert.throws(() => encodeRecord({ ...frame, index: -1, faces: [] }), /index is -1/);
    assert.throws(() => encodeRecord({ ...frame, width: 0, faces: [] }), /width is 0/);
  });
});

describe('encodeFailure', () => {
  it('writes these very bytes, and cuts overlong texts', () => {
    const failure = { index: 0, key: 'a.jpg', code: 'FF1001', message: 'The image cannot be decoded: a.jpg' };
    assert.equal(
      encodeFailure(failure),
      '{"index":0,"key":"a.jpg","code":"FF1001","message":"The image cannot be decoded: a.jpg"}',
    );
    assert.equal(encodeFailure({ ...failure, plugin: 'yunet' }).endsWith(',"plugin":"yunet"}'), true);
    assert.ok(encodeFailure({ ...failure, message: 'x'.repeat(1e6) }).length < 5000);
  });
});
