import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openOutput } from '../../../worker/conductor/open-output.ts';
import { placeOfStore } from '../../../worker/conductor/verify/output-place.ts';
import { type Verification, verifyOutput } from '../../../worker/conductor/verify/verify-output.ts';
import { cropKey } from '../../../worker/formats/face-stem.ts';
import type { FrameRecord } from '../../../worker/formats/records.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import type { Store } from '../../../worker/store/store.ts';
import { Crash, CrashingStore } from '../../fixtures/crashing-store.ts';
import { fakeCrop, fakeExtraction, fakeFace, fakeKeys } from '../../fixtures/fake-extraction.ts';

const spec = { detect: 'fake' };
const failure = (index: number, key: string) => ({ index, key, code: 'FF1001', message: 'broken' });

async function verified(store: Store): Promise<Verification> {
  return await verifyOutput(placeOfStore(store));
}

/** A record with `faces` faces, their crops in the store. */
async function record(store: Store, index: number, key: string, faces: number): Promise<FrameRecord> {
  const crops = Array.from({ length: faces }, (_, face) => cropKey(key.replace('.jpg', ''), face));
  for (const crop of crops) await store.put(crop, fakeCrop(crop));
  return { index, key, width: 10, height: 10, faces: crops.map(fakeFace) };
}

describe('verify of an output that several runs wrote', () => {
  it('takes the last result of each frame, whatever parts they stand in', async () => {
    const store = new MemoryStore();
    const first = await openOutput(store, { spec });
    await first.record(await record(store, 0, 'a.jpg', 2));
    await first.record(await record(store, 1, 'b.jpg', 1));
    await first.record(failure(2, 'c.jpg'));
    await first.finish({ frames: 3 });
    const second = await openOutput(store, { spec });
    // a.jpg was replaced by a photo with one face, c.jpg fails again
    await second.record(failure(2, 'c.jpg'));
    await second.record(await record(store, 0, 'a.jpg', 1));
    await second.stop();
    const third = await openOutput(store, { spec });
    await third.record(await record(store, 3, 'c.jpg', 1));
    await third.stop();
    // of a record that counts no more
    await store.delete('faces/a_1.png');
    const { state, counts, superseded, crops, found } = await verified(store);
    assert.deepEqual(
      { state, counts, superseded, crops, found },
      {
        state: 'interrupted',
        counts: { frames: 3, faces: 3, failed: 0 },
        superseded: 2,
        crops: 3,
        found: {},
      },
    );
  });

  it('finds no error wherever a run is killed, and where it goes on', async () => {
    const keys = fakeKeys(24);
    const limits = { frames: 5 };
    const counted = new CrashingStore(new MemoryStore(), Number.POSITIVE_INFINITY, true);
    await fakeExtraction(counted, { keys, limits });
    const states = new Set<string>();
    for (let n = 1; n < counted.mutations; n++) {
      const store = new MemoryStore();
      const dying = new CrashingStore(store, n, n % 2 === 0);
      await assert.rejects(fakeExtraction(dying, { keys, limits }), Crash);
      // what a later run does on its way must be as good, with some photos replaced and others gone
      if (n % 3 === 0) {
        const again = new CrashingStore(store, n, true);
        const run = { keys: keys.slice(3), limits, versionOf: (key: string) => String(key.length % 2) };
        await fakeExtraction(again, run).catch((error: unknown) => assert.ok(error instanceof Crash));
      }
      if ((await store.head('extraction.json')) === null) continue;
      const { state, findings } = await verified(store);
      states.add(state);
      // a later run removes crops of photos that are gone before the records that name them
      const errors = findings.filter(
        ({ severity, code }) => severity === 'error' && !(n % 3 === 0 && code === 'CropMissing'),
      );
      assert.deepEqual(errors, [], `killed at ${n}`);
    }
    assert.deepEqual(states, new Set(['killed', 'complete']));
  });

  it('refuses a place without an extraction, and says what another version wrote', async () => {
    const store = new MemoryStore();
    await assert.rejects(verified(store), { code: 'FF4013' });
    await store.put('faces/mine_0.png', fakeCrop('mine'));
    await assert.rejects(verified(store), { code: 'FF4013' });
    await store.put('extraction.json', Buffer.from('{"format":"facefleet-extraction/9"}'));
    await assert.rejects(verified(store), { code: 'FF4002' });
  });

  it('checks the parts of earlier passes', async () => {
    const store = new MemoryStore();
    const output = await openOutput(store, { spec });
    await output.stop();
    await store.put('passes/0/about.txt', Buffer.from('about'));
    await store.put('passes/0/part-000001.jsonl', Buffer.from('{}\n'));
    assert.deepEqual((await verified(store)).found, { PartMissing: 1, PartDamaged: 1 });
  });

  it('tells leases of a store that are held from those that are not', async () => {
    const store = new MemoryStore();
    await openOutput(store, { spec });
    const claim = { nonce: 'n', owner: 'conductor-0', since: '2026-01-01T00:00:00.000Z' };
    await store.put('lease/000000002', Buffer.from(JSON.stringify(claim)));
    await store.put('lease/000000002.alive', Buffer.from('7'));
    const held = await verified(store);
    assert.deepEqual([held.state, held.errors], ['running', 0]);
    assert.match(held.holder?.who ?? '', /conductor-0 since 2026/);
    await store.put('lease/000000002.alive', Buffer.from('released'));
    assert.deepEqual((await verified(store)).state, 'killed');
  });
});
