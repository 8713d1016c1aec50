import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Status } from '../../../worker/conductor/status/status.ts';
import { events, runCli, startCli } from '../../fixtures/cli.ts';
import { fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

const FRAMES = 30;

describe('facefleet status', () => {
  const folder = scratch();
  const output = join(folder, 'out');

  it('watches a run to its end', async (t) => {
    const input = await smallPhotos(join(folder, 'photos'), FRAMES);
    writeFileSync(join(input, 'zz-broken.jpg'), 'no picture');
    const run = startCli(['extract', input, output, '--size', '128', '--threads', '1']);
    await waitUntil('extraction.json', () => existsSync(join(output, 'extraction.json')));
    const watch = await runCli(['status', output, '--watch', '0.2', '-o', 'json']);
    assert.equal(watch.code, 0, watch.stderr);
    assert.equal((await run.ended).code, 3);
    const seen = events(watch) as unknown as Status[];
    const during = seen.filter(({ state }) => state === 'running');
    assert.ok(during.length > 2, `${during.length} times while it ran`);
    assert.ok(
      during.every(({ total, plan, holder }) => total === FRAMES + 1 && plan !== null && holder?.isAlive),
    );
    const counts = seen.map(({ frames }) => frames);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
    const rated = during.filter(
      ({ framesPerSecond, etaSeconds }) => framesPerSecond !== null && etaSeconds !== null,
    );
    assert.ok(rated.length > 0);
    t.diagnostic(`${rated.at(-1)?.framesPerSecond} frames/s`);
    const { state, frames, failed, failures, framesPerSecond } = seen.at(-1)!;
    assert.deepEqual(
      [state, frames, failed, failures, framesPerSecond],
      ['complete', FRAMES + 1, 1, { FF1009: 1 }, null],
    );
  });

  it('says in words how far it is, and changes nothing', async () => {
    const files = fingerprint(output);
    const { stdout, code } = await runCli(['status', output]);
    assert.equal(code, 0);
    assert.match(stdout, /: complete\n/);
    assert.match(stdout, /frames +31 of 31 \(100\.0 %\), 1 of them failed/);
    assert.match(stdout, /failures +1 × FF1009/);
    assert.match(stdout, /plan +detect ultraface \+ align mediapipe478/);
    assert.deepEqual(fingerprint(output), files);
  });

  it('refuses what is no output, and what is no number', async () => {
    for (const [args, code, message] of [
      [[folder], 2, /FF4013/],
      [[join(folder, 'nowhere')], 1, /FF4006/],
      [[''], 2, /FF5004/],
      [[output, '--watch', 'x'], 2, /number of seconds/],
    ] as const) {
      const end = await runCli(['status', ...args]);
      assert.equal(end.code, code, end.stderr);
      assert.match(end.stderr, message);
    }
  });
});
