import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { SegmentSchema } from '../../../proto/gen/facefleet/v1/segment_pb.ts';
import { unpackSegment } from '../../../worker/cluster/claim-check.ts';
import type { DecodeTask } from '../../../worker/decode/decode-task.ts';
import { fromSegmentMessage, toSegmentMessage } from '../../../worker/decode/segment-message.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const point = fc.record({
  picture: uint32,
  packet: uint32,
  pts: fc.maxSafeInteger(),
  dts: fc.option(fc.maxSafeInteger()),
  sizeBytes: uint32,
});
const segment = fc
  .record({
    number: uint32,
    firstIndex: fc.integer({ min: 0, max: 2 ** 31 }),
    frames: fc.integer({ min: 0, max: 300 }),
    everyN: fc.integer({ min: 1, max: 1000 }),
    step: fc.constant(1),
    runs: fc.array(
      fc.record({
        from: fc.option(point),
        end: fc.option(uint32),
        points: fc.array(point, { maxLength: 4 }),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  })
  // records come without a prototype
  .map((made) => structuredClone(made));

function sent(task: DecodeTask, extraction: string): DecodeTask {
  const bytes = toBinary(SegmentSchema, toSegmentMessage(task));
  return fromSegmentMessage(fromBinary(SegmentSchema, bytes), extraction);
}

describe('message of a segment', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(
        segment,
        fc.array(fc.boolean(), { maxLength: 300 }),
        fc.boolean(),
        (segment, done, isNamed) => {
          const task: DecodeTask = {
            extraction: 'x',
            pass: 2,
            video: 'films/a.mp4',
            name: 'films/a.mp4',
            baseIndex: 7,
            segment,
            isDone: (index) => done[index - segment.firstIndex] ?? false,
            stemOf: (index) => (isNamed ? `stem-${index}` : null),
            generation: 'g',
            failedAttempts: 1,
            sends: 3,
            foundBefore: (index) => (index % 7 === 0 ? { width: index % 100, height: 9, faces: [] } : null),
          };
          const found = sent(task, 'x');
          assert.deepEqual(found.segment, segment);
          const { isDone: _, stemOf: __, foundBefore: ___, ...expected } = task;
          const { isDone, stemOf, foundBefore, ...plain } = found;
          assert.deepEqual(plain, expected);
          for (let i = 0; i < segment.frames; i++) {
            assert.equal(isDone(segment.firstIndex + i), task.isDone(segment.firstIndex + i));
            assert.equal(stemOf(segment.firstIndex + i), task.stemOf(segment.firstIndex + i));
            const before = isDone(segment.firstIndex + i) ? null : task.foundBefore(segment.firstIndex + i);
            assert.equal(foundBefore(segment.firstIndex + i)?.width, before?.width);
          }
          assert.equal(isDone(segment.firstIndex + segment.frames + 8), false);
          assert.throws(() => sent(task, 'y'), { code: 'FF6007' });
        },
      ),
    );
  });

  it('of any other bytes is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        try {
          fromSegmentMessage(await unpackSegment(bytes, new MemoryStore()), 'x');
        } catch (thrown) {
          assert.ok(thrown instanceof FacefleetError && thrown.code === 'FF6007', String(thrown));
        }
      }),
      { numRuns: 500 },
    );
  });
});
