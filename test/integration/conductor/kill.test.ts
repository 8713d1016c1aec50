import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDirStore } from '../../../worker/store/dir-store.ts';
import { contents } from '../../fixtures/fake-extraction.ts';

const CHILD = join(import.meta.dirname, '../../fixtures/fake-extraction-child.ts');
const FRAMES = 200;
const KILLS = 20;

/** Runs the extraction in a child process; kills it after `killMs`, if given. Says how it ended. */
async function run(folder: string, killMs?: number): Promise<'killed' | number> {
  const child = spawn(process.execPath, [CHILD, folder, String(FRAMES)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<'killed' | number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 'killed' : (code ?? -1)));
  });
  if (killMs !== undefined) {
    await Promise.race([sleep(killMs), ended]);
    child.kill('SIGKILL');
  }
  return await ended;
}

it(`kill -9 at ${KILLS} moments, then a run to the end: byte for byte an undisturbed output`, async (t) => {
  const base = await mkdtemp(join(tmpdir(), 'facefleet-kill-'));
  t.after(async () => await rm(base, { recursive: true, force: true }));
  const began = performance.now();
  assert.equal(await run(join(base, 'undisturbed')), 0);
  const wallMs = performance.now() - began;
  const expected = await contents(await openDirStore(join(base, 'undisturbed')));
  assert.ok(Object.keys(expected).length > FRAMES);

  let killed = 0;
  let folder = join(base, 'out0');
  for (let i = 0; i < KILLS; i++) {
    // Every third kill starts a new output, so that early and late moments of an output are met.
    if (i % 3 === 0) folder = join(base, `out${i}`);
    if ((await run(folder, Math.random() * wallMs)) === 'killed') killed++;
    if (i % 3 < 2 && i < KILLS - 1) continue;
    assert.equal(await run(folder), 0);
    assert.deepEqual(await contents(await openDirStore(folder)), expected);
    const left = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.facefleet.'));
    assert.deepEqual(left, [], 'no lock and no temporary file is left');
  }
  t.diagnostic(
    `${killed} of ${KILLS} runs were killed before their end; an undisturbed one takes ${Math.round(wallMs)} ms`,
  );
  assert.ok(killed > KILLS / 4);
});
