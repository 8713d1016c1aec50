import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import type { Job } from '../../../worker/cluster/job.ts';
import { openClusterVideo } from '../../../worker/conductor/cluster/cluster-video.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { makeTinyVideo } from '../../fixtures/tiny-video.ts';

it('a scan that is told to stop ends, and does not count as a death', async () => {
  const path = join(scratch(), 'tiny.mp4');
  await makeTinyVideo(path, 12);
  const job = {
    extraction: 'x',
    source: { address: path, everyN: 1 },
    spec: { limits: DEFAULT_LIMITS },
    budgets: { crashes: 2 },
  } as unknown as Job;
  const store = new MemoryStore();
  const reason = new Error('stopped');
  for (let tries = 0; tries < 3; tries++)
    await assert.rejects(openClusterVideo(job, store, AbortSignal.abort(reason)), reason);
  assert.equal(Buffer.from(await store.get('tmp/x/scan-deaths')).toString(), '0');
  const { count, scan } = await openClusterVideo(job, store, new AbortController().signal);
  assert.deepEqual([count, scan.exact], [12, true]);
});
