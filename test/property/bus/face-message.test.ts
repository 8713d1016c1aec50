import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { FaceSchema } from '../../../proto/gen/facefleet/v1/face_pb.ts';
import { FrameSchema } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import { StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import { decodeFrame, decodeStageResult } from '../../../worker/bus/decode-message.ts';
import { fromFaceMessage, toFaceMessage } from '../../../worker/bus/face-message.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { FaceInWork } from '../../../worker/stage/frame-in-work.ts';
import type { Matrix } from '../../../worker/vision/types.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const plain = { noNullPrototype: true } as const;
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const matrix = fc.tuple(number, number, number, number, number, number) as fc.Arbitrary<Matrix>;
const box = fc.record({ x: number, y: number, w: number, h: number }, plain);
const alignment = fc.record(
  {
    landmarks: fc.array(number, { minLength: 136, maxLength: 136 }).map((all) => Float64Array.from(all)),
    pose: fc.record({ pitch: number, yaw: number, roll: number }, plain),
    presence: fc.option(number),
  },
  plain,
);
const mask = fc.record(
  {
    sizePx: fc.integer({ min: 8, max: 256 }),
    centering: fc.constantFrom('legacy' as const, 'face' as const, 'head' as const),
    matrix,
    interpolator: fc.nat(3),
    zlib: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  },
  plain,
);
const maskName = fc.string({ minLength: 1, maxLength: 20 });
const rejection = fc.constantFrom(
  'presence' as const,
  'features' as const,
  'scale' as const,
  'distance' as const,
  'roll' as const,
);
const thumbnail = fc.option(fc.uint8Array({ minLength: 1, maxLength: 20 }));
const identities = fc.constant({ facenet: [1 / 3, -2], 'other net': [5] });
const given = fc.record({ identities, thumbnail }, plain);
const faces: fc.Arbitrary<FaceInWork> = fc
  .record(
    {
      face: fc.record({ box, score: number, rollDeg: number }, plain),
      alignment: fc.option(alignment),
      rejection: fc.option(rejection),
      masks: fc
        .uniqueArray(fc.tuple(maskName, mask), { selector: ([name]) => name, maxLength: 3 })
        .map((masks) => new Map(masks)),
      crop: fc.option(fc.constant('faces/a_0.png')),
      thumbnail,
    },
    plain,
  )
  .chain((face) =>
    fc.oneof(
      fc.constant(face),
      given.map((kept) => ({ ...face, given: kept })),
    ),
  );

const saneBox = { x: 1, y: 2, w: 3, h: 4 };
const inlineImage = { place: { case: 'inline' as const, value: new Uint8Array(5) }, sizeBytes: 5 };
const saneFrame = { extraction: 'x', key: 'a.jpg', image: inlineImage };

describe('faces in messages', () => {
  it('come out as they went in, bit for bit', () => {
    fc.assert(
      fc.property(faces, (sent) => {
        const bytes = toBinary(FaceSchema, toFaceMessage(sent));
        assert.deepStrictEqual(fromFaceMessage(fromBinary(FaceSchema, bytes), 'a'), sent);
      }),
      { numRuns: 50 },
    );
  });

  it('that make no sense are refused', () => {
    const data = { place: { case: 'inline', value: new Uint8Array(1) } };
    const sane = { name: 'm', sizePx: 8, centering: 'face', matrix: {}, data };
    const elsewhere = { place: { case: 'reference', value: { key: 'k' } } };
    const numbers = Array(136).fill(1);
    const cases: [object, string][] = [
      [{}, 'box'],
      [{ box: { x: Number.NaN } }, 'NaN'],
      [{ box: saneBox, rejection: 'ugly' }, 'rejection'],
      [{ box: saneBox, alignment: { landmarks: [1, 2], pose: {} } }, 'landmark'],
      [{ box: saneBox, alignment: { landmarks: numbers } }, 'pose'],
      [{ box: saneBox, thumbnail: new Uint8Array(300_000) }, 'thumbnail'],
      [{ box: saneBox, given: { identities: [{ name: 'n', vector: [] }] } }, 'identity'],
      [{ box: saneBox, masks: [{ ...sane, name: '' }] }, 'name'],
      [{ box: saneBox, masks: [{ ...sane, sizePx: 5000 }] }, 'size'],
      [{ box: saneBox, masks: [{ ...sane, centering: 'nose' }] }, 'nose'],
      [{ box: saneBox, masks: [{ ...sane, interpolator: 9 }] }, 'interpolator'],
      [{ box: saneBox, masks: [{ ...sane, matrix: undefined }] }, 'matrix'],
      [{ box: saneBox, masks: [{ ...sane, data: elsewhere }] }, 'data'],
    ];
    for (const [init, part] of cases) {
      assert.throws(() => fromFaceMessage(create(FaceSchema, init), 'a'), failsWith('FF6007', part), part);
    }
    assert.equal(
      fromFaceMessage(create(FaceSchema, { box: saneBox, masks: [sane] } as object), 'a').masks.size,
      1,
    );
  });
});

describe('frames and results', () => {
  it('whatever bytes come, the answer is a message or FF6007', () => {
    const face = {
      box: saneBox,
      alignment: { landmarks: Array(136).fill(1), pose: {} },
      masks: [{ name: 'm' }],
    };
    const bytes = toBinary(FrameSchema, create(FrameSchema, { ...saneFrame, faces: [face] }));
    assert.equal(decodeFrame(bytes, 'x').key, 'a.jpg');
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(flips, fc.nat(bytes.length), (changes, length) => {
        const broken = Uint8Array.from(bytes).subarray(0, length);
        for (const [at, value] of changes) if (at < length) broken[at] = value;
        for (const decode of [
          () => decodeFrame(broken, 'x').faces.map((each) => fromFaceMessage(each, 'a')),
          () => decodeStageResult(broken, 'x'),
        ]) {
          try {
            decode();
          } catch (error) {
            assert.ok(error instanceof FacefleetError && error.code === 'FF6007', String(error));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that make no sense are refused, and named', () => {
    const cases: [object, string][] = [
      [{ ...saneFrame, extraction: 'y' }, 'another extraction'],
      [{ ...saneFrame, key: '' }, 'key'],
      [{ ...saneFrame, index: 2 ** 32 - 1 }, 'frame 4294967295'],
      [{ ...saneFrame, width: 2_000_000 }, 'width'],
      [{ extraction: 'x', key: 'a.jpg' }, 'a.jpg: it has no image'],
      [{ ...saneFrame, image: { ...inlineImage, sizeBytes: 6 } }, 'size of the image'],
      [{ ...saneFrame, videoMeta: { ptsTime: 0.5 } }, 'time'],
    ];
    for (const [init, part] of cases) {
      const bytes = toBinary(FrameSchema, create(FrameSchema, init));
      assert.throws(() => decodeFrame(bytes, 'x'), failsWith('FF6007', part), part);
    }
    const head = { extraction: 'x', key: 'a' };
    const results: [object, string][] = [
      [head, 'no outcome'],
      [{ ...head, outcome: { case: 'failed', value: { code: '?' } } }, 'code'],
      [{ ...head, outcome: { case: 'found', value: {} } }, 'width'],
    ];
    for (const [init, part] of results) {
      const bytes = toBinary(StageResultSchema, create(StageResultSchema, init));
      assert.throws(() => decodeStageResult(bytes, 'x'), failsWith('FF6007', part), part);
    }
    const found = { ...head, outcome: { case: 'found', value: { width: 1, height: 1 } } } as object;
    const ok = toBinary(StageResultSchema, create(StageResultSchema, found));
    assert.equal(decodeStageResult(ok, 'x').index, 0);
  });
});
