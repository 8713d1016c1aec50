import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clone, create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FrameSchema } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import { StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';

const landmarks = Array.from({ length: 136 }, (_, i) => i / 3);
const matrix = { a: 0.1, b: -0.2, tx: 3, c: 0.2, d: 0.1, ty: -4 };

const frame = create(FrameSchema, {
  extraction: 'b2f3c1d0-0000-4000-8000-000000000001',
  pass: 1,
  index: 2 ** 32 - 2,
  key: 'clip_000001.png',
  videoMeta: { ptsTime: 2 ** 53 - 1, keyframe: true },
  image: {
    place: { case: 'inline', value: new Uint8Array([1, 2, 3]) },
    contentType: 'image/png',
    sizeBytes: 3,
  },
  faces: [
    {
      box: { x: -1.5, y: 2, w: 30, h: 40 },
      score: 1 / 3,
      alignment: { landmarks, pose: { pitch: 1, yaw: 2, roll: 3 }, matrices: { head: matrix } },
      masks: [
        {
          name: 'components',
          sizePx: 128,
          centering: 'face',
          matrix,
          interpolator: 1,
          data: {
            place: { case: 'reference', value: { store: 'output', key: 'tmp/m' } },
            contentType: 'application/zlib',
            sizeBytes: 900,
          },
        },
      ],
    },
  ],
});

/** A field of a later version: number 1000, with a string. */
function withUnknownField(bytes: Uint8Array, text: string): Uint8Array {
  const extra = new BinaryWriter().tag(1000, WireType.LengthDelimited).string(text).finish();
  return Buffer.concat([bytes, extra]);
}

describe('proto: Frame', () => {
  it('comes out as it went in, numbers exact', () => {
    assert.deepEqual(fromBinary(FrameSchema, toBinary(FrameSchema, frame)), frame);
  });

  it('tells unset from zero where that matters', () => {
    const bare = fromBinary(FrameSchema, toBinary(FrameSchema, create(FrameSchema, { key: 'a.jpg' })));
    assert.equal(bare.videoMeta, undefined);
    const first = create(FrameSchema, { videoMeta: { ptsTime: 0 } });
    assert.equal(fromBinary(FrameSchema, toBinary(FrameSchema, first)).videoMeta?.ptsTime, 0);
  });

  it('reads an inline image without copying it', () => {
    const bytes = toBinary(FrameSchema, frame);
    const { image } = fromBinary(FrameSchema, bytes);
    assert.ok(image?.place.case === 'inline');
    assert.equal(image.place.value.buffer, bytes.buffer);
  });
});

describe('proto: fields of a later version', () => {
  it('survive decode and encode, at the top and inside', () => {
    const sent = clone(FrameSchema, frame);
    const face = sent.faces[0]!;
    face.$unknown = [
      { no: 1001, wireType: WireType.LengthDelimited, data: new BinaryWriter().string('hair').finish() },
    ];
    const received = fromBinary(FrameSchema, withUnknownField(toBinary(FrameSchema, sent), 'colour space'));
    received.width = 640;
    const again = Buffer.from(toBinary(FrameSchema, received));
    assert.ok(again.includes('colour space'));
    assert.ok(again.includes('hair'));
    assert.equal(fromBinary(FrameSchema, again).faces[0]!.$unknown?.length, 1);
  });

  it('survive when faces move from a frame to a result', () => {
    const received = fromBinary(FrameSchema, toBinary(FrameSchema, frame));
    received.faces[0]!.$unknown = [
      { no: 1001, wireType: WireType.LengthDelimited, data: new BinaryWriter().string('hair').finish() },
    ];
    const found = { width: 1, height: 1, faces: received.faces };
    const result = create(StageResultSchema, { index: 1, outcome: { case: 'found', value: found } });
    assert.ok(Buffer.from(toBinary(StageResultSchema, result)).includes('hair'));
  });
});
