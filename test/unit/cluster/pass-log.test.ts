import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import { PassLog, removePasses } from '../../../worker/conductor/cluster/pass-log.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

function result(index: number) {
  const face = { box: { x: index / 3, y: -1, w: 2, h: 1e-9 }, score: 1 / 7, crop: '' };
  const found = { width: 640, height: 480, faces: [face] };
  const key = `photo-${index}.jpg`;
  return create(StageResultSchema, { extraction: 'x', index, key, outcome: { case: 'found', value: found } });
}

describe('the log of a pass', () => {
  it('gives back every number, across parts and after a restart', async () => {
    const store = new MemoryStore();
    const log = await PassLog.open(store, 0, 'detect', { frames: 3 });
    for (let i = 0; i < 40; i++) await log.record(result((i * 7) % 40), i % 2 === 0 ? 'v1' : undefined);
    await log.flush();
    const again = await PassLog.open(store, 0, 'detect', { frames: 3 });
    for (const each of [log, again]) {
      for (let i = 0; i < 40; i++) assert.deepEqual(await each.read(`photo-${i}.jpg`), result(i));
    }
    assert.equal(again.has('photo-0.jpg', 'v1'), true);
    assert.equal(again.has('photo-0.jpg', 'v2'), false, 'of another version of the file');
    assert.equal(again.has('photo-7.jpg', 'v2'), true, 'its version is not known');
    assert.equal(again.has('photo-40.jpg'), false);
    await again.record(result(40));
    await again.flush();
    assert.equal((await PassLog.open(store, 0, 'detect')).has('photo-40.jpg'), true);
    assert.equal((await PassLog.open(store, 1, 'detect')).has('photo-0.jpg'), false, 'of another pass');
  });

  it('says when a result is durable', async () => {
    const store = new MemoryStore();
    const log = await PassLog.open(store, 0, 'detect', { frames: 2 });
    const first = await log.record(result(0));
    let done = false;
    void first.committed.then(() => {
      done = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(done, false);
    const second = await log.record(result(1));
    await Promise.all([first.committed, second.committed]);
    assert.notEqual(await store.head('passes/0/part-000000.jsonl'), null);
  });

  it('forgets results that were made with other roles, and all of them at the end', async () => {
    const store = new MemoryStore();
    const log = await PassLog.open(store, 0, 'detect');
    await log.record(result(0));
    await log.flush();
    assert.equal((await PassLog.open(store, 0, 'detect align')).has('photo-0.jpg'), false);
    await removePasses(store);
    for await (const { key } of store.list('')) assert.fail(key);
  });

  it('refuses a damaged part', async () => {
    const store = new MemoryStore();
    const log = await PassLog.open(store, 0, 'detect');
    await log.record(result(0));
    await log.flush();
    const key = 'passes/0/part-000000.jsonl';
    await store.put(key, (await store.get(key)).subarray(5));
    await assert.rejects(PassLog.open(store, 0, 'detect'), failsWith('FF4005', key));
  });
});
