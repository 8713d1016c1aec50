import assert from 'node:assert/strict';
import { it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FrameSchema } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import type { Delivery } from '../../../worker/bus/bus.ts';
import { MemoryHub } from '../../../worker/bus/memory-bus.ts';
import { unpackResult } from '../../../worker/cluster/claim-check.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { answerFailed } from '../../../worker/stage/cluster/answer-frame.ts';
import type { Ticket } from '../../../worker/stage/cluster/frame-intake.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

it('a large result can be read although its frame was worked on twice', async () => {
  const store = new MemoryStore();
  const bus = new MemoryHub().connect('x', { maxPayloadBytes: 300 });
  const results = await bus.results();
  const frame = create(FrameSchema, { extraction: 'x', index: 1, key: 'a.jpg' });
  for (const attempt of [1, 2]) {
    const delivery = { id: 'g-0-1-0', attempt } as unknown as Delivery;
    // the time that the work took is in the result
    const ticket: Ticket = { delivery, frame, takenMs: performance.now() - 1000 * attempt, alone: 0 };
    const error = new FacefleetError('FF3003', 'so'.repeat(500));
    await answerFailed(ticket, error, 'plugin', { bus, store, results, next: null, worker: 'p0-s0-r0' });
  }
  const { payload } = (await results.next())!;
  assert.ok(payload.length <= 300);
  const { key, workMs } = await unpackResult(payload, 'x', store);
  assert.deepEqual([key, Math.floor(workMs.stage! / 1000)], ['a.jpg', 1]);
  assert.equal((await results.depth()).waiting, 0, 'the second one is a duplicate');
  await bus.close();
});
