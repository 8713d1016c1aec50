import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LOCK_NAME, lockDir, lockHolder } from '../../../worker/store/dir-lock.ts';
import { openStore } from '../../../worker/store/open-store.ts';
import { scratch } from '../../fixtures/scratch.ts';

const LEFT = '.facefleet.tmp-00000000-1-00000000-000000000000';

describe('a folder that is only looked at', () => {
  const folder = scratch();

  it('is not made, and keeps what a killed process left', async () => {
    const missing = join(folder, 'missing');
    await assert.rejects(openStore(missing, { readOnly: true }), { code: 'FF4006' });
    assert.equal(existsSync(missing), false);
    writeFileSync(join(folder, LEFT), 'half');
    utimesSync(join(folder, LEFT), 1e9, 1e9);
    await openStore(folder, { readOnly: true });
    assert.deepEqual(readdirSync(folder), [LEFT]);
    await openStore(folder);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('tells who holds it', async () => {
    assert.equal(await lockHolder(folder), null);
    const lock = await lockDir(folder);
    const path = join(folder, LOCK_NAME);
    const holder = await lockHolder(folder);
    assert.equal(holder?.isAlive, true);
    assert.match(holder.who, new RegExp(`^process ${process.pid} on .+ since 2`));
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/"pid":\d+/, '"pid":4194304'));
    assert.equal((await lockHolder(folder))?.isAlive, false);
    writeFileSync(path, text.replace(/"host":"[^"]*"/, '"host":"elsewhere"'));
    assert.equal((await lockHolder(folder))?.isAlive, null);
    writeFileSync(path, 'damaged');
    await assert.rejects(lockHolder(folder), { code: 'FF4003' });
    writeFileSync(path, text);
    await lock.release();
    assert.equal(await lockHolder(folder), null);
  });
});
