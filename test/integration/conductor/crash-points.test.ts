import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import type { Store } from '../../../worker/store/store.ts';
import { Crash, CrashingStore } from '../../fixtures/crashing-store.ts';
import { chance, contents, type FakeRun, fakeExtraction, fakeKeys } from '../../fixtures/fake-extraction.ts';

const keys = fakeKeys(30);
const limits = { frames: 4, ageMs: 60_000 };

/** Runs until the store crashes; says whether it did. */
async function crashes(store: Store, run: FakeRun): Promise<boolean> {
  try {
    await fakeExtraction(store, run);
    return false;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return true;
  }
}

async function undisturbed(run: FakeRun, before?: FakeRun): Promise<Record<string, string>> {
  const store = new MemoryStore();
  if (before) await fakeExtraction(store, before);
  await fakeExtraction(store, run);
  return await contents(store);
}

/** Crashes `run` at every mutation in turn, then runs it again to its end and compares. */
async function everyCrashPoint(run: FakeRun, before?: FakeRun): Promise<number> {
  const expected = await undisturbed(run, before);
  assert.equal(Object.keys(expected).filter((key) => key.startsWith('parts/')).length, 0);
  let points = 0;
  for (const happens of [true, false]) {
    for (let k = 1; ; k++) {
      const store = new MemoryStore();
      if (before) await fakeExtraction(store, before);
      if (!(await crashes(new CrashingStore(store, k, happens), run))) break;
      await fakeExtraction(store, run);
      assert.deepEqual(await contents(store), expected, `mutation ${k}, ${happens ? 'done' : 'not done'}`);
      points++;
    }
  }
  return points;
}

describe('a crash at any mutation, then another run', () => {
  it('of a first run', async () => {
    const points = await everyCrashPoint({ keys, limits });
    assert.ok(points > 100, `${points} crash points`);
  });

  it('of a second run over a complete output, which tries failures again', async () => {
    await everyCrashPoint({ keys, limits }, { keys, limits });
  });

  it('of a second run over a source that grew and shrank', async () => {
    const fewer = keys.filter((_, i) => i % 3 > 0);
    const others = keys.filter((_, i) => i % 4 > 0);
    await everyCrashPoint({ keys: others, limits }, { keys: fewer, limits });
  });

  it('of a second run over a source of which some frames were replaced and some are gone', async () => {
    const first = { keys, limits, versionOf: () => 'old' };
    const second: FakeRun = {
      keys: keys.filter((_, i) => i % 5 > 0),
      limits,
      versionOf: (key) => (chance(`replaced ${key}`) < 0.4 ? 'new' : 'old'),
    };
    await everyCrashPoint(second, first);
    const after = await undisturbed(second, first);
    const named = [...after['alignments.jsonl']!.matchAll(/"crop":"([^"]+)"/g)].map(([, crop]) => crop);
    const there = Object.keys(after).filter((key) => key.startsWith('faces/'));
    assert.deepEqual(there, named.sort(), 'no crop of a frame that is gone or was replaced');
  });

  it('of a run that overwrites another extraction', async () => {
    const run = { keys: keys.slice(0, 12), limits, spec: { detect: 'other' }, overwrite: true };
    await everyCrashPoint(run, { keys: keys.slice(6, 20), limits });
  });

  it('of a run that keeps the records of another extraction that have faces', async () => {
    const run: FakeRun = { keys, limits, spec: { detect: 'other' }, keepExisting: 'any-with-faces' };
    await everyCrashPoint(run, { keys: keys.slice(0, 20), limits });
  });

  it('again and again, until it gets through', async () => {
    const expected = await undisturbed({ keys, limits });
    for (let round = 0; round < 40; round++) {
      const store = new MemoryStore();
      let runs = 1;
      for (; ; runs++) {
        const k = 1 + Math.floor(chance(`${round} ${runs}`) * 25);
        if (!(await crashes(new CrashingStore(store, k, runs % 2 === 0), { keys, limits }))) break;
      }
      assert.deepEqual(await contents(store), expected, `round ${round}`);
      assert.ok(runs > 2);
    }
  });
});
