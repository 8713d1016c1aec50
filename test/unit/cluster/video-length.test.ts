import assert from 'node:assert/strict';
import { it } from 'node:test';
import { VideoLength } from '../../../worker/conductor/cluster/video-length.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

it('the shortest length of a video counts, also for the next conductor', async () => {
  const store = new MemoryStore();
  const length = await VideoLength.open(store, 'x');
  assert.deepEqual([length.endIndex, length.failure], [null, null]);
  assert.equal(await length.note(50, null), true);
  assert.equal(await length.note(50, new FacefleetError('FF1011', 'film.mp4: so')), false);
  assert.equal(await length.note(20, new FacefleetError('FF1011', 'film.mp4: so')), true);
  assert.equal(await length.note(30, new FacefleetError('FF1012', 'film.mp4')), false);
  const again = await VideoLength.open(store, 'x');
  assert.deepEqual(
    [again.endIndex, again.failure?.code, again.failure?.detail],
    [20, 'FF1011', 'film.mp4: so'],
  );
  assert.equal((await VideoLength.open(store, 'y')).endIndex, null);
});
