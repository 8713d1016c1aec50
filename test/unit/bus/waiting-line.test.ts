import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WaitingLine } from '../../../worker/bus/waiting-line.ts';

describe('WaitingLine', () => {
  it('serves takers in turn, and keeps items for later ones', async () => {
    const line = new WaitingLine<number>();
    const taken = [line.take(), line.take()];
    for (const item of [1, 2, 3]) assert.equal(line.push(item), true);
    assert.deepEqual(await Promise.all(taken), [1, 2]);
    assert.deepEqual(line.items, [3]);
    assert.equal(await line.take(), 3);
  });

  it('gives nothing to a taker that went away', async () => {
    const line = new WaitingLine<number>();
    const stop = new AbortController();
    const gone = line.take(stop.signal);
    const stays = line.take();
    stop.abort(new Error('gone'));
    line.push(1);
    await assert.rejects(gone, { message: 'gone' });
    assert.equal(await stays, 1);
    await assert.rejects(line.take(stop.signal), { message: 'gone' });
  });

  it('ends after its items, with null or the error, and takes no more', async () => {
    const line = new WaitingLine<number>();
    line.push(1);
    line.end(null);
    assert.equal(line.push(2), false);
    assert.equal(await line.take(), 1);
    assert.equal(await line.take(), null);
    const broken = new WaitingLine<number>();
    broken.push(1);
    const error = new Error('broken');
    assert.deepEqual(broken.end(error, true), [1]);
    broken.end(null);
    await assert.rejects(broken.take(), (thrown) => thrown === error);
  });
});
