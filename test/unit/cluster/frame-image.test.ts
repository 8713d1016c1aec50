import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Job } from '../../../worker/cluster/job.ts';
import { imageContent } from '../../../worker/conductor/cluster/frame-image.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

it('an object that is too large is refused before a worker reads it', async () => {
  const job = { extraction: 'x', spec: { limits: { maxBytes: 1000 } } } as unknown as Job;
  const place = { job, store: new MemoryStore(), inlineBytes: 0 };
  const content = (bytes: number) => imageContent({ kind: 'object', key: 'a.jpg', bytes }, 0, place);
  assert.equal((await content(1000)).place.case, 'reference');
  await assert.rejects(content(1001), { code: 'FF1004' });
});
