import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type OutputOptions, openOutput } from '../../../worker/conductor/open-output.ts';
import type { OutputLog } from '../../../worker/conductor/output-log.ts';
import { partRate } from '../../../worker/conductor/status/part-rate.ts';
import { planSummary } from '../../../worker/conductor/status/plan-summary.ts';
import { StatusReader } from '../../../worker/conductor/status/status-reader.ts';
import { placeOfStore } from '../../../worker/conductor/verify/output-place.ts';
import { encodePart, partKey } from '../../../worker/formats/part.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import type { Store } from '../../../worker/store/store.ts';
import { fakeFace } from '../../fixtures/fake-extraction.ts';

const options = { spec: { detect: 'fake' }, total: 10 } satisfies OutputOptions;

async function recordFaces(output: OutputLog, index: number, key: string, faces: number): Promise<void> {
  const found = Array.from({ length: faces }, () => ({ ...fakeFace('faces/x_0.png'), crop: null }));
  await output.record({ index, key, width: 10, height: 10, faces: found });
}

async function recordFailure(output: OutputLog, index: number, key: string, code: string): Promise<void> {
  await output.record({ index, key, code, message: code });
}

function reader(store: Store, exactBytes?: number): StatusReader {
  return new StatusReader(placeOfStore(store), exactBytes === undefined ? {} : { exactBytes });
}

describe('StatusReader', () => {
  it('counts the last result of each frame over several runs, and failures by code', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, options);
    await recordFaces(first, 0, 'a.jpg', 2);
    await recordFailure(first, 1, 'b.jpg', 'FF1001');
    await recordFailure(first, 2, 'c.jpg', 'FF1002');
    await first.stop();
    const second = await openOutput(store, options);
    await recordFaces(second, 1, 'b.jpg', 1);
    await recordFailure(second, 3, 'd.jpg', 'FF1002');
    await second.stop();
    const status = await reader(store).read();
    const { state, frames, failed, faces, failures, total, runs, framesPerSecond } = status;
    assert.deepEqual(
      { state, frames, failed, faces, failures, total, runs, framesPerSecond },
      {
        state: 'interrupted',
        frames: 4,
        failed: 2,
        faces: 3,
        failures: { FF1002: 2 },
        total: 10,
        runs: 2,
        framesPerSecond: null,
      },
    );
  });

  it('counts what an earlier extraction merged, and reads only what is new when asked again', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, options);
    await recordFaces(first, 0, 'a.jpg', 2);
    await recordFailure(first, 1, 'b.jpg', 'FF1001');
    await first.finish({ frames: 2 });
    const complete = await reader(store).read();
    assert.deepEqual(
      [complete.state, complete.frames, complete.total, complete.faces, complete.failures],
      ['complete', 2, 2, 2, { FF1001: 1 }],
    );
    const second = await openOutput(store, { ...options, limits: { frames: 1 } });
    const again = reader(store);
    assert.deepEqual(pick(await again.read()), [1, 0, 2]);
    await recordFaces(second, 1, 'b.jpg', 3);
    await second.record({ index: 2, key: 'c.jpg', width: 1, height: 1, faces: [] });
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(pick(await again.read()), [3, 0, 5]);
    // parts that were counted are not read again
    const gets: string[] = [];
    const get = store.get.bind(store);
    store.get = (key, ...others) => {
      gets.push(key);
      return get(key, ...others);
    };
    assert.deepEqual(pick(await again.read()), [3, 0, 5]);
    assert.deepEqual(gets, ['extraction.json']);
  });

  it('tells the number of results alone where there is too much to read', async () => {
    const store = new MemoryStore();
    const output = await openOutput(store, { ...options, limits: { frames: 3 } });
    for (let i = 0; i < 7; i++) await recordFaces(output, i, `${i}.jpg`, 1);
    await output.stop();
    await store.put('extraction.json', await running(store));
    const { frames, failed, faces, failures, state } = await reader(store, 100).read();
    assert.deepEqual([frames, failed, faces, failures, state], [7, null, null, null, 'killed']);
    assert.deepEqual(pick(await reader(store).read()), [7, 0, 7]);
  });

  it('tells which pass is at work', async () => {
    const store = new MemoryStore();
    const stage = (...roles: string[]) => ({ roles, workers: [{}, {}] });
    const plan = {
      extraction: 'x',
      passes: [{ stages: [stage('detect', 'align')] }, { stages: [stage('mask_0')] }],
    };
    const output = await openOutput(store, { ...options, total: 4, plan, limits: { frames: 1 } });
    await hold(store);
    const status = reader(store);
    assert.deepEqual((await status.read()).pass, 0);
    const lines = (count: number) => Array.from({ length: count }, () => Buffer.from('{}\n'));
    await store.put(partKey(0, 'passes/0/'), encodePart(0, lines(2)));
    const first = await status.read();
    assert.deepEqual([first.pass, first.passes, first.frames], [0, [{ pass: 0, frames: 2 }], 0]);
    await store.put(partKey(1, 'passes/0/'), encodePart(1, lines(1)));
    await recordFailure(output, 3, 'd.jpg', 'FF1001');
    await recordFaces(output, 0, 'a.jpg', 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const second = await status.read();
    assert.deepEqual([second.pass, second.passes, second.frames], [1, [{ pass: 0, frames: 3 }], 2]);
    assert.deepEqual(second.plan, [
      { stages: [{ roles: ['detect', 'align'], workers: 2 }] },
      { stages: [{ roles: ['mask_0'], workers: 2 }] },
    ]);
  });

  it('refuses a place without an extraction', async () => {
    await assert.rejects(reader(new MemoryStore()).read(), { code: 'FF4013' });
  });
});

function pick({ frames, failed, faces }: Awaited<ReturnType<StatusReader['read']>>): (number | null)[] {
  return [frames, failed, faces];
}

/** extraction.json as a run that was killed leaves it. */
async function running(store: Store): Promise<Uint8Array> {
  const file = JSON.parse(Buffer.from(await store.get('extraction.json')).toString('utf8')) as object;
  return Buffer.from(JSON.stringify({ ...file, state: 'running', counts: null }));
}

/** As if a conductor held the lease on the output. */
async function hold(store: Store): Promise<void> {
  const claim = { nonce: 'n', owner: 'me', since: '2026-01-01T00:00:00.000Z' };
  await store.put('lease/000000001', Buffer.from(JSON.stringify(claim)));
  await store.put('lease/000000001.alive', Buffer.from('1'));
}

describe('partRate', () => {
  const second = (atSeconds: number, frames: number) => ({ atMs: atSeconds * 1000, frames });

  it('is that of the last five minutes', () => {
    assert.equal(partRate([], 0, 1000), null);
    assert.equal(partRate([second(2, 10)], 0, 2500), 5);
    assert.equal(partRate([second(1, 100), second(400, 10), second(410, 30)], 0, 410_500), 40 / 409);
    const steady = Array.from({ length: 1000 }, (_, i) => second(i + 1, i < 500 ? 1 : 7));
    assert.equal(partRate(steady, 0, 1_000_000), 7);
  });

  it('falls while nothing comes', () => {
    assert.equal(partRate([second(10, 100)], 0, 12_000), 10);
    assert.equal(partRate([second(10, 100)], 0, 100_000), 1);
  });
});

describe('planSummary', () => {
  it('understands plans of one machine, and leaves out what it does not understand', () => {
    const roles = [{ role: 'detect', plugin: 'yunet', batch: 1 }];
    const plan = {
      passes: [{ stages: [{ roles, replicas: 1, threads: 2 }] }],
      providers: ['cpu'],
      reasons: [],
    };
    assert.deepEqual(planSummary(plan), [{ stages: [{ roles: ['detect yunet'], workers: 1 }] }]);
    for (const other of [null, 'plan', { passes: 1 }, [{ stages: [] }]])
      assert.equal(planSummary(other), null);
  });
});
