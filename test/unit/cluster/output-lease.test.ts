import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaseOutput } from '../../../worker/conductor/cluster/output-lease.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const EXPIRY_MS = 400;

describe('the lease on an output', () => {
  it('keeps others out while its holder lives, and is free when released', async () => {
    const store = new MemoryStore();
    const one = await leaseOutput(store, { owner: 'one', expiryMs: EXPIRY_MS });
    await assert.rejects(
      leaseOutput(store, { owner: 'two', expiryMs: EXPIRY_MS }),
      failsWith('FF4003', /held by one/),
    );
    assert.equal(one.lost.aborted, false);
    await one.release();
    const startedMs = performance.now();
    const two = await leaseOutput(store, { owner: 'two', expiryMs: 10_000 });
    assert.ok(performance.now() - startedMs < 5000, 'nobody waits for what was released');
    await two.release();
  });

  it('goes to a successor of the same name at once, and the one before learns it', async () => {
    const store = new MemoryStore();
    const one = await leaseOutput(store, { owner: 'pod', expiryMs: EXPIRY_MS });
    const two = await leaseOutput(store, { owner: 'pod', expiryMs: EXPIRY_MS });
    await sleep(EXPIRY_MS);
    assert.equal(one.lost.aborted, true);
    assert.equal(two.lost.aborted, false);
    await one.release();
    await assert.rejects(
      leaseOutput(store, { owner: 'x', expiryMs: EXPIRY_MS }),
      failsWith('FF4003', /held by pod/),
    );
    await two.release();
  });

  it('tells a holder that asks at once that it was taken over', async () => {
    const store = new MemoryStore();
    const one = await leaseOutput(store, { owner: 'pod' });
    await one.confirm();
    const two = await leaseOutput(store, { owner: 'pod' });
    await assert.rejects(one.confirm(), failsWith('FF4003', /taken over/));
    assert.equal(one.lost.aborted, true);
    await two.confirm();
    await one.release();
    await two.release();
  });

  it('is taken over from a dead holder by exactly one of many', async () => {
    const store = new MemoryStore();
    await store.put('lease/000000007', Buffer.from('{"nonce":"n","owner":"dead","since":"then"}'));
    await store.put('lease/000000007.alive', Buffer.from('41'));
    const tries = Array.from({ length: 8 }, (_, i) =>
      leaseOutput(store, { owner: `rival ${i}`, expiryMs: EXPIRY_MS }),
    );
    const ends = await Promise.allSettled(tries);
    const won = ends.filter((end) => end.status === 'fulfilled');
    assert.equal(won.length, 1);
    await won[0]!.value.release();
    const keys: string[] = [];
    for await (const { key } of store.list('lease/')) keys.push(key);
    assert.deepEqual(keys, ['lease/000000008', 'lease/000000008.alive'], 'earlier claims are removed');
  });
});
