import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { decodeFailure, decodeRecord } from '../../../worker/formats/decode-record.ts';
import { encodeFailure, encodeRecord } from '../../../worker/formats/encode-record.ts';
import type { FaceRecord, FrameFailure, FrameRecord, MaskRecord } from '../../../worker/formats/records.ts';
import type { Matrix } from '../../../worker/vision/types.ts';

const finite = fc.oneof(
  fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  fc.double({ noNaN: true, min: -5000, max: 5000 }),
  fc.constantFrom(0, -0, -1e-9, 0.5, -0.5, 1e-7, 1e9, -1e9, Number.MIN_VALUE),
);
const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 50 });
const mask: fc.Arbitrary<MaskRecord> = fc
  .record({
    size: fc.integer({ min: 1, max: 40 }),
    centering: fc.constantFrom('legacy' as const, 'face' as const, 'head' as const),
    matrix: fc.tuple(finite, finite, finite, finite, finite, finite) as fc.Arbitrary<Matrix>,
    interpolator: fc.integer({ min: 0, max: 3 }),
    fill: fc.nat(255),
  })
  .map(({ fill, ...rest }) => ({
    ...rest,
    data: new Uint8Array(deflateSync(Buffer.alloc(rest.size ** 2, fill))),
  }));
const face: fc.Arbitrary<FaceRecord> = fc.record({
  box: fc.record({ x: finite, y: finite, w: finite, h: finite }),
  score: finite,
  landmarks: fc.array(finite, { minLength: 136, maxLength: 136 }).map((values) => Float64Array.from(values)),
  pose: fc.record({ pitch: finite, yaw: finite, roll: finite }),
  masks: fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), mask, {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  crop: fc.option(key),
});
const record: fc.Arbitrary<FrameRecord> = fc.record({
  index: fc.nat(2 ** 31 - 1),
  key,
  width: fc.integer({ min: 1, max: 1_000_000 }),
  height: fc.integer({ min: 1, max: 1_000_000 }),
  faces: fc.array(face, { maxLength: 3 }),
});

it('a record survives, up to its rounding; what was read is written alike', () => {
  fc.assert(
    fc.property(record, (written) => {
      const line = encodeRecord(written);
      assert.ok(!line.includes('\n'));
      const read = decodeRecord(line, 'test');
      assert.equal(encodeRecord(read), line);
      const numbers = [...line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d[\d.e+-]*/g)].map(
        (match) => match[0],
      );
      for (const number of numbers) assert.notEqual(number, '-0');
      for (const [i, { landmarks, box, masks, crop }] of written.faces.entries()) {
        const other = read.faces[i];
        assert.ok(other);
        for (const [j, value] of landmarks.entries()) near(other.landmarks[j], value, 0.0005);
        near(other.box.w, box.w, 0.5);
        assert.equal(other.crop, crop);
        assert.deepEqual(Object.keys(other.masks).sort(), Object.keys(masks).sort());
        for (const [name, { data }] of Object.entries(masks)) assert.deepEqual(other.masks[name]?.data, data);
      }
    }),
    { numRuns: 200 },
  );
});

function near(actual: number | undefined, expected: number, tolerance: number): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance + Math.abs(expected) * 1e-15,
    `${actual} ${expected}`,
  );
}

it('a failure survives', () => {
  const failure = fc.record(
    {
      index: fc.nat(),
      key,
      code: fc.constantFrom('FF1001', 'FF3003'),
      message: fc.string({ unit: 'binary' }),
      plugin: fc.string(),
    },
    { requiredKeys: ['index', 'key', 'code', 'message'] },
  ) as fc.Arbitrary<FrameFailure>;
  fc.assert(
    fc.property(failure, (written) => {
      const line = encodeFailure(written);
      assert.ok(!line.includes('\n'));
      assert.deepEqual(decodeFailure(line, 'test'), { ...written });
    }),
  );
});

it('damaged lines are refused with FF4005, never otherwise', () => {
  const cut = fc.tuple(record, fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(cut, ([written, at, byte]) => {
      const bytes = Buffer.from(encodeRecord(written));
      const place = at % bytes.length;
      const damaged = Buffer.from(bytes);
      damaged[place] = byte;
      for (const text of [bytes.subarray(0, place).toString(), damaged.toString()]) {
        try {
          decodeRecord(text, 'part-000001.jsonl');
        } catch (error) {
          assert.ok(error instanceof FacefleetError && error.code === 'FF4005', String(error));
          assert.match(error.message, /part-000001\.jsonl/);
        }
      }
    }),
    { numRuns: 200 },
  );
});

it('any JSON that is no record is refused with FF4005', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const refused = (error: unknown) => error instanceof FacefleetError && error.code === 'FF4005';
      assert.throws(() => decodeRecord(text, 'x'), refused);
      assert.throws(() => decodeFailure(text, 'x'), refused);
    }),
  );
});
