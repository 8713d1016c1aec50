import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOutput } from '../../../worker/conductor/open-output.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { decodeFailure, decodeRecord } from '../../../worker/formats/decode-record.ts';
import { decodeExtraction, type ExtractionFile } from '../../../worker/formats/extraction-file.ts';
import { cropKey } from '../../../worker/formats/face-stem.ts';
import type { FrameRecord } from '../../../worker/formats/records.ts';
import { specDigest } from '../../../worker/formats/spec-digest.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import type { PutOptions, Store } from '../../../worker/store/store.ts';
import { contents, fakeCrop, fakeExtraction, fakeFace, fakeKeys } from '../../fixtures/fake-extraction.ts';

const hasCode =
  (code: string, text = /./) =>
  (error: unknown) =>
    error instanceof FacefleetError && error.code === code && text.test(error.message);
const spec = { detect: { name: 'ultraface', scoreMin: 0.5 }, masks: ['extended'] };
const empty = (index: number, key: string): FrameRecord => ({ index, key, width: 10, height: 10, faces: [] });
const failure = (index: number, key: string) => ({ index, key, code: 'FF1001', message: 'broken' });

async function text(store: Store, key: string): Promise<string> {
  return Buffer.from(await store.get(key)).toString('utf8');
}

async function extraction(store: Store): Promise<ExtractionFile> {
  return decodeExtraction(await store.get('extraction.json'), 'extraction.json');
}

/** A record with one face, its crop in the store. */
async function withFace(store: Store, index: number, key: string, stem: string): Promise<FrameRecord> {
  const crop = cropKey(stem, 0);
  await store.put(crop, fakeCrop(crop));
  return { ...empty(index, key), faces: [fakeFace(crop)] };
}

describe('openOutput and OutputLog', () => {
  it('write records and failures in source order, whatever order frames end in', async () => {
    const store = new MemoryStore();
    const output = await openOutput(store, { spec, limits: { frames: 2 } });
    assert.equal((await extraction(store)).state, 'running');
    await output.record(empty(3, 'd.jpg'));
    await output.record(failure(2, 'c.jpg'));
    await output.record(await withFace(store, 1, 'b.jpg', 'b'));
    await output.record(failure(0, 'a.jpg'));
    assert.deepEqual(output.counts(), { frames: 2, faces: 1, failed: 2 });
    assert.equal(output.done('d.jpg'), true);
    assert.equal(output.done('a.jpg'), false);
    const versions = { facefleet: '1.2.3' };
    const file = await output.finish({ frames: 4, plan: { passes: 1 }, versions, models: { yunet: 'abc' } });
    const records = (await text(store, 'alignments.jsonl')).trimEnd().split('\n');
    assert.deepEqual(
      records.map((line) => decodeRecord(line, '').key),
      ['b.jpg', 'd.jpg'],
    );
    const failures = (await text(store, 'failures.jsonl')).trimEnd().split('\n');
    assert.deepEqual(
      failures.map((line) => decodeFailure(line, '').index),
      [0, 2],
    );
    assert.deepEqual(await extraction(store), file);
    assert.equal(file.state, 'complete');
    assert.equal(file.specDigest, specDigest(spec));
    assert.deepEqual([file.plan, file.versions, file.models], [{ passes: 1 }, versions, { yunet: 'abc' }]);
    assert.deepEqual(file.counts, { frames: 2, faces: 1, failed: 2 });
    assert.ok(!(await contents(store))['parts/part-000000.jsonl']);
  });

  it('commit after a second at the latest, without being asked', async () => {
    const store = new MemoryStore();
    const output = await openOutput(store, { spec, limits: { ageMs: 20 } });
    await output.record(empty(0, 'a.jpg'));
    assert.equal(await store.head('parts/part-000000.jsonl'), null);
    const alive = setInterval(() => {}, 5);
    await sleep(60);
    clearInterval(alive);
    assert.ok(await store.head('parts/part-000000.jsonl'));
  });

  it('go on after stop, with other indexes and without done frames', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, { spec });
    await first.record(empty(0, 'a.jpg'));
    await first.record(failure(1, 'b.jpg'));
    assert.equal((await first.stop()).state, 'interrupted');
    await assert.rejects(first.record(empty(2, 'c.jpg')), hasCode('FF4001', /ended/));
    const second = await openOutput(store, { spec });
    assert.equal(second.done('a.jpg'), true);
    assert.equal(second.done('b.jpg'), false, 'failures are tried again');
    assert.deepEqual(second.carry(1, 'a.jpg'), { faces: 0 });
    assert.throws(() => second.carry(0, 'b.jpg'), hasCode('FF4005', /b\.jpg/));
    await second.record(empty(0, 'b.jpg'));
    const file = await second.finish({ frames: 2 });
    assert.equal(await text(store, 'failures.jsonl'), '');
    const lines = (await text(store, 'alignments.jsonl')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => decodeRecord(line, '')).map(({ index, key }) => [index, key]),
      [
        [0, 'b.jpg'],
        [1, 'a.jpg'],
      ],
    );
    assert.equal(file.runs, 2);
  });

  it('a record whose crop is missing or empty is not done', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, { spec });
    for (const [index, stem] of ['a', 'b', 'c'].entries()) {
      await first.record(await withFace(store, index, `${stem}.jpg`, stem));
    }
    await first.finish();
    await store.delete('faces/a_0.png');
    await store.put('faces/b_0.png', new Uint8Array(0));
    const second = await openOutput(store, { spec });
    assert.deepEqual(
      ['a.jpg', 'b.jpg', 'c.jpg'].map((key) => second.done(key)),
      [false, false, true],
    );
  });

  it('a failure takes back an older record of the same frame', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, { spec });
    await first.record(empty(0, 'a.jpg'));
    await first.record(failure(0, 'a.jpg'));
    assert.deepEqual(first.counts(), { frames: 0, faces: 0, failed: 1 });
    await first.stop();
    assert.equal((await openOutput(store, { spec })).done('a.jpg'), false);
  });

  it('a record of another version of the file is not done, and its crops go with it', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, { spec });
    const two = await withFace(store, 0, 'a.jpg', 'a');
    await store.put('faces/a_1.png', fakeCrop('faces/a_1.png'));
    await first.record({ ...two, faces: [...two.faces, fakeFace('faces/a_1.png')] }, 'v1');
    await first.record(await withFace(store, 1, 'b.jpg', 'b'), 'v1');
    await first.record(await withFace(store, 2, 'c.jpg', 'c'));
    await first.record(await withFace(store, 3, 'd.jpg', 'd'), 'v1');
    await first.stop();
    for (const opened of ['from the parts', 'from the merged file']) {
      const second = await openOutput(store, { spec });
      assert.equal(second.done('a.jpg', 'v2'), false, opened);
      assert.equal(second.done('a.jpg', 'v1'), true, opened);
      assert.equal(second.done('a.jpg'), true, opened);
      assert.equal(second.done('c.jpg', 'v9'), true, `${opened}: its version is unknown`);
      for (const [i, key] of ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'].entries()) second.carry(i, key);
      if (opened === 'from the parts') await second.finish();
    }
    const kept = await openOutput(store, { spec, keepExisting: 'any' });
    assert.equal(kept.done('a.jpg', 'v2'), true, 'kept whatever became of the file');
    await store.put('faces/mine_0.png', fakeCrop('mine'));
    const third = await openOutput(store, { spec });
    await third.record(await withFace(store, 0, 'a.jpg', 'a'), 'v2');
    third.carry(1, 'b.jpg', 'v1');
    third.carry(2, 'c.jpg', 'v3');
    await third.finish({ frames: 3 });
    const crops = Object.keys(await contents(store)).filter((key) => key.startsWith('faces/'));
    assert.deepEqual(crops, ['faces/a_0.png', 'faces/b_0.png', 'faces/c_0.png', 'faces/mine_0.png']);
    const fourth = await openOutput(store, { spec });
    assert.deepEqual(
      ['a.jpg', 'b.jpg', 'c.jpg'].map((key) => fourth.done(key, 'v3')),
      [false, false, true],
    );
  });

  it('frames behind the end of a source do not count, and their crops go', async () => {
    const store = new MemoryStore();
    const output = await openOutput(store, { spec });
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries())
      await output.record(await withFace(store, index, `${name}.jpg`, name));
    output.cut(2);
    await output.record(failure(1, 'b.jpg'));
    await output.record(await withFace(store, 4, 'e.jpg', 'e'));
    output.cut(2);
    assert.deepEqual(output.counts(), { frames: 1, faces: 1, failed: 1 });
    await output.finish({ frames: 2 });
    const crops = Object.keys(await contents(store)).filter((key) => key.startsWith('faces/'));
    assert.deepEqual(crops, [cropKey('a', 0)]);
    assert.equal((await text(store, 'alignments.jsonl')).trimEnd().split('\n').length, 1);
  });

  it('stems of earlier runs win', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, { spec });
    await first.record(await withFace(store, 0, 'a.png', first.stems.assign('a.png')));
    await first.finish();
    const second = await openOutput(store, { spec });
    assert.equal(second.stems.assign('a.jpg'), 'a.jpg');
    assert.equal(second.stems.assign('a.png'), 'a');
  });

  it('another spec is refused with the fields that differ', async () => {
    const store = new MemoryStore();
    await (await openOutput(store, { spec })).finish();
    const other = { detect: { name: 'yunet', scoreMin: 0.5 }, masks: ['extended'], size: 256 };
    const wanted = /detect\.name was "ultraface", now is "yunet"; size was not set, now is 256/;
    await assert.rejects(openOutput(store, { spec: other }), hasCode('FF4002', wanted));
    const reordered = { masks: ['extended'], detect: { scoreMin: 0.5, name: 'ultraface' }, extra: undefined };
    await (await openOutput(store, { spec: reordered })).stop();
  });

  it('records without extraction.json are refused, but kept on demand', async () => {
    const store = new MemoryStore();
    await fakeExtraction(store, { keys: fakeKeys(5) });
    await store.delete('extraction.json');
    await assert.rejects(
      openOutput(store, { spec }),
      hasCode('FF4002', /alignments\.jsonl but no extraction\.json/),
    );
    const kept = await openOutput(store, { spec, keepExisting: 'any' });
    assert.ok(fakeKeys(5).some((key) => kept.done(key)));
  });

  it('keepExisting any keeps all records, any-with-faces those with faces; both say so', async () => {
    for (const keepExisting of ['any', 'any-with-faces'] as const) {
      const store = new MemoryStore();
      const first = await openOutput(store, { spec });
      await first.record(await withFace(store, 0, 'face.jpg', 'face'));
      await first.record(empty(1, 'none.jpg'));
      await first.finish();
      const second = await openOutput(store, { spec: { detect: 'other' }, keepExisting });
      assert.equal(second.done('face.jpg'), true);
      assert.equal(second.done('none.jpg'), keepExisting === 'any');
      assert.deepEqual((await second.stop()).earlierSpecs, [spec]);
    }
  });

  it('overwrite removes what was written, and nothing else', async () => {
    const store = new MemoryStore();
    await fakeExtraction(store, { keys: fakeKeys(20) });
    const more = await openOutput(store, { spec: { detect: 'fake' } });
    await more.record(await withFace(store, 0, 'more.jpg', 'more'));
    await more.stop();
    const foreign = ['faces/mine.png', 'notes.txt', 'faces/holiday_1.png', 'parts/other.jsonl'];
    for (const key of foreign) await store.put(key, Buffer.from('mine'));
    const output = await openOutput(store, { spec, overwrite: true });
    assert.equal(output.done('more.jpg'), false);
    assert.deepEqual(Object.keys(await contents(store)), [...foreign].sort());
  });

  it('overwrite gets past damaged files', async () => {
    const store = new MemoryStore();
    await store.put('extraction.json', Buffer.from('{'));
    await store.put(
      'alignments.jsonl',
      Buffer.from('{"key":"a","faces":[{"crop":"../../etc"},{"crop":"notes.txt"}]}\n{{\nhalf'),
    );
    await store.put('parts/part-000003.jsonl', Buffer.from('damaged'));
    await store.put('notes.txt', Buffer.from('mine'));
    await (await openOutput(store, { spec, overwrite: true })).stop();
    assert.deepEqual(Object.keys(await contents(store)), ['notes.txt']);
  });

  it('damage is reported with the name of the file', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, { spec, limits: { frames: 2 } });
    for (let i = 0; i < 6; i++) await first.record(empty(i, `${i}.jpg`));
    await first.stop();
    const part = Buffer.from(await store.get('parts/part-000001.jsonl'));
    for (const at of [0, 20, part.length - 30]) {
      const damaged = Buffer.from(part);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await store.put('parts/part-000001.jsonl', damaged);
      await assert.rejects(openOutput(store, { spec }), hasCode('FF4005', /parts\/part-000001\.jsonl/));
    }
    for (const torn of [new Uint8Array(0), part.subarray(0, 50), part.subarray(0, -1)]) {
      await store.put('parts/part-000001.jsonl', torn);
      await assert.rejects(openOutput(store, { spec }), hasCode('FF4005', /parts\/part-000001\.jsonl/));
    }
    // As the hint says: delete it, and its frames are processed again.
    await store.delete('parts/part-000001.jsonl');
    const second = await openOutput(store, { spec });
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map((i) => second.done(`${i}.jpg`)),
      [true, true, false, false, true, true],
    );
    for (const i of [0, 1, 4, 5]) second.carry(i, `${i}.jpg`);
    for (const i of [2, 3]) await second.record(empty(i, `${i}.jpg`));
    await second.finish({ frames: 6 });
    const whole = Buffer.from(await store.get('alignments.jsonl'));
    assert.equal(whole.toString().trimEnd().split('\n').length, 6);
    await store.put('alignments.jsonl', Buffer.from(whole.toString().replace('"width":10', '"width":11')));
    await assert.rejects(openOutput(store, { spec }), hasCode('FF4005', /alignments\.jsonl/));
    await store.put('alignments.jsonl', whole.subarray(0, 90));
    await assert.rejects(openOutput(store, { spec }), hasCode('FF4005', /alignments\.jsonl/));
    await store.put('extraction.json', Buffer.from('[]'));
    await assert.rejects(openOutput(store, { spec }), hasCode('FF4005', /extraction\.json/));
  });

  it('a frame without result is noticed at the end', async () => {
    const output = await openOutput(new MemoryStore(), { spec });
    await output.record(empty(0, 'a.jpg'));
    await assert.rejects(output.finish({ frames: 2 }), hasCode('FF4005', /2 frames have 1 result/));
  });

  it('a record that is no JSON is refused, and the frame can still fail', async () => {
    const output = await openOutput(new MemoryStore(), { spec });
    const face = { ...fakeFace('faces/a_0.png'), score: Number.NaN };
    await assert.rejects(
      output.record({ ...empty(0, 'a.jpg'), faces: [face] }),
      hasCode('FF3003', /score is NaN/),
    );
    await output.record({ ...failure(0, 'a.jpg'), code: 'FF3003' });
    assert.equal((await output.finish({ frames: 1 })).counts?.failed, 1);
  });

  it('the same key twice in a source gets two lines', async () => {
    const store = new MemoryStore();
    const output = await openOutput(store, { spec });
    await output.record(empty(0, 'a.jpg'));
    output.carry(1, 'a.jpg');
    await output.finish({ frames: 2 });
    assert.equal((await text(store, 'alignments.jsonl')).trimEnd().split('\n').length, 2);
  });
});

/** Holds parts back until they are let through. */
class SlowStore extends MemoryStore {
  waiting: (() => void)[] = [];
  fault: Error | null = null;

  override async putIfAbsent(key: string, bytes: Uint8Array, options?: PutOptions): Promise<boolean> {
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.fault) throw this.fault;
    return await super.putIfAbsent(key, bytes, options);
  }
}

describe('OutputLog under pressure', () => {
  it('record waits while the store is behind', async () => {
    const store = new SlowStore();
    const output = await openOutput(store, { spec, limits: { frames: 10 } });
    let taken = 0;
    const feeding = (async () => {
      for (let i = 0; i < 100; i++) {
        await output.record(empty(i, `${i}.jpg`));
        taken++;
      }
    })();
    await sleep(20);
    assert.equal(taken, 20, 'two closed parts, and not a frame more');
    const letting = setInterval(() => store.waiting.shift()?.(), 1);
    await feeding;
    await output.finish({ frames: 100 });
    clearInterval(letting);
  });

  it('what fails in the background surfaces at the next call', async () => {
    const store = new SlowStore();
    store.fault = new FacefleetError('FF4001', 'no space left');
    const output = await openOutput(store, { spec, limits: { frames: 1 } });
    await output.record(empty(0, 'a.jpg'));
    store.waiting.shift()?.();
    await sleep(5);
    await assert.rejects(output.record(empty(1, 'b.jpg')), hasCode('FF4001', /no space left/));
    await assert.rejects(output.stop(), hasCode('FF4001', /no space left/));
  });

  it('a part that another process wrote is not lost silently; our own written twice is fine', async () => {
    const store = new MemoryStore();
    const [one, other] = [await openOutput(store, { spec }), await openOutput(store, { spec })];
    await one.record(empty(0, 'a.jpg'));
    await one.stop();
    await other.record(empty(0, 'b.jpg'));
    await assert.rejects(other.stop(), hasCode('FF4003', /part-000000/));

    class AnsweredTwice extends MemoryStore {
      override async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
        await super.putIfAbsent(key, bytes);
        return false;
      }
    }
    const output = await openOutput(new AnsweredTwice(), { spec });
    await output.record(empty(0, 'a.jpg'));
    await output.finish({ frames: 1 });
  });
});
