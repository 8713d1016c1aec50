import assert from 'node:assert/strict';
import { it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Job } from '../../../worker/cluster/job.ts';
import type { ClusterFrame, ClusterSource } from '../../../worker/conductor/cluster/cluster-source.ts';
import { PassFrames } from '../../../worker/conductor/cluster/pass-frames.ts';
import { PassLog } from '../../../worker/conductor/cluster/pass-log.ts';
import { VideoLength } from '../../../worker/conductor/cluster/video-length.ts';
import { openOutput } from '../../../worker/conductor/open-output.ts';
import type { FrameHead } from '../../../worker/source/source.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

const KEYS = ['a.jpg', 'b.jpg'];

function sourceOf(versions: readonly string[]): ClusterSource {
  return {
    count: KEYS.length,
    skipped: 0,
    video: null,
    async *frames({ isDone }: { readonly isDone: (head: FrameHead) => boolean }) {
      for (const [index, key] of KEYS.entries()) {
        const frame: ClusterFrame = {
          index,
          key,
          version: versions[index]!,
          image: { kind: 'object', key, bytes: 1 },
        };
        if (!isDone(frame)) yield frame;
      }
    },
    close: async () => {},
  };
}

it('a photo that was replaced since it was recorded goes through every pass', async () => {
  const store = new MemoryStore();
  const before = await openOutput(store, { spec: {} });
  for (const [index, key] of KEYS.entries())
    await before.record({ index, key, width: 1, height: 1, faces: [] }, 'v1');
  await before.finish({ frames: KEYS.length });
  // the pass in the middle has a result of the photo that was there before
  const stale = await PassLog.open(store, 1, 'roles');
  await stale.record(create(StageResultSchema, { key: 'b.jpg' }), 'v1');

  const output = await openOutput(store, { spec: {} });
  const source = sourceOf(['v1', 'v2']);
  const length = await VideoLength.open(store, 'x');
  let earlier: PassFrames | null = null;
  for (const log of [await PassLog.open(store, 0, 'roles'), stale, null]) {
    const frames: PassFrames = new PassFrames({
      job: { extraction: 'x', passes: [{}, {}, {}] } as unknown as Job,
      pass: 0,
      store,
      source,
      output,
      earlier,
      log,
      maxPayloadBytes: 1000,
      generation: 'g',
      length,
      signal: new AbortController().signal,
      onCarried: () => {},
    });
    const out: string[] = [];
    for await (const frame of frames.frames()) {
      assert.ok('key' in frame);
      out.push(frame.key);
      const { key, version, index } = frame;
      if (log !== null) await log.record(create(StageResultSchema, { key, index }), version);
      else await output.record({ index, key, width: 2, height: 2, faces: [] }, version);
    }
    assert.deepEqual(out, ['b.jpg']);
    earlier = frames;
  }
  const { counts } = await output.finish({ frames: earlier!.count() });
  assert.deepEqual(counts, { frames: 2, faces: 0, failed: 0 });
});
