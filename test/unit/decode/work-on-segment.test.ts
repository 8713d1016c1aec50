import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryHub } from '../../../worker/bus/memory-bus.ts';
import type { DecodeTask } from '../../../worker/decode/decode-task.ts';
import { SentRecord } from '../../../worker/decode/sent-record.ts';
import { workOnSegment } from '../../../worker/decode/work-on-segment.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { segmentVideo } from '../../../worker/source/segments/segmented-video.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { makeTinyVideo } from '../../fixtures/tiny-video.ts';

it('a worker that dies while a decoded frame waits for room did not die of the frame', {
  timeout: 60_000,
}, async () => {
  const place = join(scratch(), 'tiny.mp4');
  await makeTinyVideo(place, 12);
  const video = await segmentVideo(place, DEFAULT_LIMITS, { everyN: 1, framesPerSegment: () => 12 });
  const [segment] = [...video.segments()];
  const task: DecodeTask = {
    extraction: 'x',
    pass: 0,
    video: 'tiny.mp4',
    name: 'tiny.mp4',
    baseIndex: 0,
    segment: segment!,
    isDone: () => false,
    stemOf: () => null,
    foundBefore: () => null,
    generation: 'g',
    failedAttempts: 0,
    sends: 0,
  };
  const store = new MemoryStore();
  const bus = new MemoryHub().connect('x', { maxPayloadBytes: 1 << 20 });
  const lane = await bus.openLane('p0-s0-r0', { slots: 2, ackWaitMs: 60_000 });
  for (const id of ['a', 'b']) await bus.send([lane], { id, payload: new Uint8Array(1) });
  const record = new SentRecord(store, 'x', 'segment');
  const outlets = {
    bus,
    next: [lane],
    results: await bus.results({ ackWaitMs: 60_000 }),
    store,
    inlineBytes: 1 << 20,
    worker: 'd0',
  };
  const work = (attempt: number, signal: AbortSignal): Promise<number> =>
    workOnSegment({ task, place, limits: DEFAULT_LIMITS, attempt, crashes: 2, record, outlets, signal });

  // one more than would give the frame up; each ends when its record says that it waits, as a kill would leave it
  for (const attempt of [3, 4, 5]) {
    const killed = new AbortController();
    const worker = work(attempt, killed.signal);
    while ((await record.read()).tries !== 1) await sleep(5);
    while ((await record.read()).tries !== 0) await sleep(20);
    killed.abort(new Error('killed'));
    await assert.rejects(worker, /killed/);
    assert.deepEqual(await record.read(), { sent: 0, tries: 0 });
  }
  const alive = work(6, AbortSignal.timeout(60_000));
  for (let taken = 0; taken < 2 + 12; taken++) await (await lane.next())!.ack();
  assert.equal(await alive, 12);
  await bus.close();
});
