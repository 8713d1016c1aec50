import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { Channel } from '../../../worker/stage/channel.ts';
import type { FaceInWork, FrameInWork } from '../../../worker/stage/frame-in-work.ts';
import { type RoleWork, runRole } from '../../../worker/stage/run-role.ts';

interface Unit {
  readonly frame: FrameInWork;
  readonly face: FaceInWork;
}

function frame(index: number, faces: number): FrameInWork {
  const face = (): FaceInWork => ({
    face: { box: { x: 0, y: 0, w: 1, h: 1 }, score: 1, rollDeg: 0 },
    alignment: null,
    rejection: null,
    masks: new Map(),
    crop: null,
    thumbnail: null,
  });
  return {
    index,
    key: `${index}.jpg`,
    path: null,
    image: null,
    size: null,
    faces: Array.from({ length: faces }, face),
    error: null,
    failedPlugin: null,
    pendingUnits: 0,
  };
}

async function pass(frames: readonly FrameInWork[], work: Partial<RoleWork<Unit>>): Promise<FrameInWork[]> {
  const input = new Channel<FrameInWork>(1);
  const output = new Channel<FrameInWork>(1);
  const role: RoleWork<Unit> = {
    role: 'align',
    plugin: 'test',
    batch: 4,
    concurrency: 2,
    units: (item) => item.faces.map((face) => ({ frame: item, face })),
    run: () => Promise.resolve(),
    ...work,
  };
  const feed = async (): Promise<void> => {
    for (const item of frames) await input.put(item);
    input.close();
  };
  const collect = async (): Promise<FrameInWork[]> => {
    const done: FrameInWork[] = [];
    for (let item = await output.take(); item !== undefined; item = await output.take()) done.push(item);
    return done;
  };
  const running = runRole(role, input, output);
  const [done] = await Promise.all([
    Promise.race([collect(), running.then(() => collect())]),
    Promise.race([feed(), running]),
    running,
  ]);
  return done;
}

test('batches reach across frames, every frame leaves once, frames without faces too', async () => {
  const sizes: number[] = [];
  const frames = [3, 0, 6, 1, 0, 2].map((faces, i) => frame(i, faces));
  const done = await pass(frames, {
    run(units) {
      sizes.push(units.length);
      return Promise.resolve();
    },
  });
  assert.deepEqual(done.map(({ index }) => index).sort(), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(sizes, [4, 4, 4]);
});

test('a failing face is found inside its batch, tried twice, and marks only its frame', async () => {
  const frames = [frame(0, 2), frame(1, 1), frame(2, 1)];
  let tries = 0;
  const done = await pass(frames, {
    run(units) {
      if (units.some((unit) => unit.frame.index === 1)) {
        tries += 1;
        return Promise.reject(new Error('bad face'));
      }
      return Promise.resolve();
    },
  });
  const failed = done.filter(({ error }) => error !== null);
  assert.deepEqual(
    failed.map(({ key }) => key),
    ['1.jpg'],
  );
  assert.equal(failed[0]?.error?.code, 'FF3003');
  assert.match(failed[0]?.error?.message ?? '', /test on 1\.jpg: bad face/);
  assert.equal(failed[0]?.failedPlugin, 'test');
  assert.equal(tries, 2);
});

test('an engine failure ends the role instead of marking frames', async () => {
  await assert.rejects(
    pass([frame(0, 1)], { run: () => Promise.reject(new FacefleetError('FF3005', 'gone')) }),
    (error: FacefleetError) => error.code === 'FF3005',
  );
});

test('an engine failure ends the role while it waits for frames that never come', {
  timeout: 5000,
}, async () => {
  const input = new Channel<FrameInWork>(1);
  const role: RoleWork<FrameInWork> = {
    role: 'crop',
    plugin: null,
    batch: 1,
    concurrency: 2,
    units: (item) => [item],
    run: () => Promise.reject(new FacefleetError('FF4001', 'the store is away')),
  };
  const running = runRole(role, input, new Channel<FrameInWork>(1));
  const failing = assert.rejects(running, (error: FacefleetError) => error.code === 'FF4001');
  await input.put(frame(0, 1));
  await failing;
});
