import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { LOCK_NAME, lockDir } from '../../../worker/store/dir-lock.ts';
import { ownProcess, processState } from '../../../worker/store/process-identity.ts';

const MODULE = JSON.stringify(join(import.meta.dirname, '../../../worker/store/dir-lock.ts'));
const isHeld = (text: RegExp) => (error: unknown) =>
  error instanceof FacefleetError && error.code === 'FF4003' && text.test(error.message);

let base: string;
let made = 0;
before(async () => {
  base = await mkdtemp(join(tmpdir(), 'facefleet-lock-'));
});
after(async () => await rm(base, { recursive: true, force: true }));
const fresh = (): string => join(base, `folder${made++}`);

/** A lock file as another process would have left it. */
async function plant(folder: string, change: object, nonce = 'ab'.repeat(16)): Promise<void> {
  await (await lockDir(folder)).release();
  const text = { nonce, ...ownProcess(), since: '2026-01-01T00:00:00Z', ...change };
  await writeFile(join(folder, LOCK_NAME), JSON.stringify(text));
}

/** A number that no process has. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('lockDir', () => {
  it('is held until released, and then leaves nothing', async () => {
    const folder = fresh();
    const lock = await lockDir(folder);
    await assert.rejects(lockDir(folder), isHeld(new RegExp(`process ${process.pid} on `)));
    await lock.release();
    await lock.release();
    await (await lockDir(folder)).release();
    assert.deepEqual(await readdir(folder), []);
  });

  it('takes over from a process that ended', async () => {
    const folder = fresh();
    await plant(folder, { pid: deadPid() });
    const lock = await lockDir(folder);
    assert.deepEqual(await readdir(folder), [LOCK_NAME]);
    await assert.rejects(lockDir(folder), isHeld(/held by/));
    await lock.release();
  });

  it('is not fooled by a process number that is used again', async () => {
    const folder = fresh();
    await plant(folder, { started: '1' });
    assert.equal(processState({ ...ownProcess(), started: '1' }), 'dead');
    await (await lockDir(folder)).release();
  });

  it('respects other hosts and containers, and says what to do', async () => {
    for (const other of [{ host: 'elsewhere' }, { pidSpace: 'pid:[1]' }]) {
      const folder = fresh();
      await plant(folder, { ...other, pid: deadPid() });
      await assert.rejects(lockDir(folder), isHeld(/if that has ended, delete .*\.facefleet\.lock/));
    }
    assert.equal(processState({ ...ownProcess(), boot: 'before the reboot' }), 'dead');
  });

  it('takes over from another host or container under the same name only, and not while the process is seen', async () => {
    for (const other of [{ host: 'elsewhere' }, { pidSpace: 'pid:[1]' }]) {
      const folder = fresh();
      await plant(folder, { ...other, pid: deadPid(), owner: 'pod' });
      await assert.rejects(lockDir(folder), isHeld(/held by/));
      await assert.rejects(lockDir(folder, { owner: 'other' }), isHeld(/held by/));
      const lock = await lockDir(folder, { owner: 'pod' });
      assert.deepEqual(await readdir(folder), [LOCK_NAME]);
      await assert.rejects(
        lockDir(folder, { owner: 'pod' }),
        isHeld(new RegExp(`process ${process.pid} on `)),
      );
      await lock.release();
    }
  });

  it('refuses a lock file that it cannot read', async () => {
    for (const text of ['', '{', '{}', '[]', '{"pid":1}']) {
      const folder = fresh();
      await plant(folder, {});
      await writeFile(join(folder, LOCK_NAME), text);
      await assert.rejects(lockDir(folder), isHeld(/cannot be read/));
    }
  });

  it('does not release what another took over', async () => {
    const folder = fresh();
    const lock = await lockDir(folder);
    await writeFile(
      join(folder, LOCK_NAME),
      JSON.stringify({ nonce: 'cd'.repeat(16), ...ownProcess(), since: '' }),
    );
    await lock.release();
    assert.match(await readFile(join(folder, LOCK_NAME), 'utf8'), /cdcd/);
  });

  it('goes on after a take-over that was killed half-way', async () => {
    const folder = fresh();
    const [first, second] = ['ab'.repeat(16), 'cd'.repeat(16)];
    await plant(folder, { pid: deadPid() }, first);
    const claim = { nonce: second, ...ownProcess(), pid: deadPid(), since: '' };
    await writeFile(join(folder, `${LOCK_NAME}.${first}`), JSON.stringify(claim));
    const lock = await lockDir(folder);
    assert.deepEqual(await readdir(folder), [LOCK_NAME]);
    await lock.release();
  });

  it('has one holder among rivals for a dead lock', async () => {
    for (let round = 0; round < 20; round++) {
      const folder = fresh();
      await plant(folder, { pid: deadPid() });
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDir(folder)));
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const each of tries) {
        if (each.status === 'rejected') assert.ok(isHeld(/./)(each.reason), String(each.reason));
      }
    }
  });

  it('has one holder at a time among processes that are killed while they hold it', async () => {
    const folder = fresh();
    // Each takes the lock when it can, marks the folder as its own for a moment, and dies without releasing.
    const script = `
      import { lockDir } from ${MODULE};
      import { mkdirSync, rmdirSync } from 'node:fs';
      const folder = process.argv[1];
      for (const end = Date.now() + 20_000; Date.now() < end; ) {
        try { await lockDir(folder); } catch (error) {
          if (error.code !== 'FF4003') { console.log('error', error.message); process.exit(1); }
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
          continue;
        }
        try { mkdirSync(folder + '.holder'); } catch { console.log('two holders'); process.exit(1); }
        await new Promise((resolve) => setTimeout(resolve, 10));
        rmdirSync(folder + '.holder');
        console.log('held');
        process.kill(process.pid, 'SIGKILL');
      }`;
    const args = ['--input-type=module-typescript', '-e', script, folder];
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    const outputs = await Promise.all(
      children.map(async (child) => Buffer.concat(await child.stdout.toArray()).toString()),
    );
    assert.deepEqual(
      outputs,
      children.map(() => 'held\n'),
    );
  });
});
