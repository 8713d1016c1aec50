import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { JOURNAL_NAME } from '../../../worker/conductor/in-work-journal.ts';
import { events, runCli } from '../../fixtures/cli.ts';
import { alignments, differences, failures, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { makeTinyVideo } from '../../fixtures/tiny-video.ts';

const preload = (name: string): string => new URL(`../../fixtures/${name}.ts`, import.meta.url).href;
const FRAMES = 12;
const CULPRIT = 'photo-004.jpg';

describe('a frame that crashes the process', {
  skip: process.platform === 'win32' && 'it has no signals',
}, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const output = join(folder, 'out');

  before(() => smallPhotos(input, FRAMES));

  async function run(crashOn: string) {
    const env = { NODE_OPTIONS: `--import ${preload('crash-on-open')}`, FACEFLEET_TEST_CRASH_ON: crashOn };
    const args = ['extract', input, output, '--size', '64', '--masker', 'none', '-o', 'json'];
    return await runCli(args, folder, env);
  }

  it('is a failure after the second crash; all others are extracted', async (t) => {
    for (const crash of ['first', 'second']) {
      const end = await run(CULPRIT);
      assert.deepEqual([end.code, end.signal], [null, 'SIGSEGV'], `${crash}: ${end.stderr}`);
    }
    const third = await run(CULPRIT);
    assert.equal(third.code, 3, third.stderr);
    t.diagnostic(`the run that tried them in a child took ${Math.round(third.durationMs)} ms`);
    assert.deepEqual(
      failures(output).map(({ key, code }) => [key, code]),
      [[CULPRIT, 'FF1012']],
    );
    assert.match(failures(output)[0]!.message, /SIGSEGV/);
    assert.equal(alignments(output).length, FRAMES - 1);
  });

  it('is tried apart again by every further run, until it does not crash', async () => {
    const again = await run(CULPRIT);
    assert.equal(again.code, 3, again.stderr);
    assert.ok(existsSync(join(output, JOURNAL_NAME)));
    const healed = await run('');
    assert.equal(healed.code, 0, healed.stderr);
    assert.equal(events(healed).at(-1)?.carried, FRAMES - 1);
    assert.ok(!existsSync(join(output, JOURNAL_NAME)), 'nothing is left to remember');
    const fresh = join(folder, 'fresh');
    await runCli(['extract', input, fresh, '--size', '64', '--masker', 'none']);
    assert.deepEqual(differences(fingerprint(output), fingerprint(fresh)), []);
  });

  it('of a video ends the video there; a continued run gives the pictures before it once', async () => {
    const video = join(folder, 'tiny.mp4');
    await makeTinyVideo(video, 30);
    const out = join(folder, 'video-out');
    const at = async (picture: string) => {
      const NODE_OPTIONS = `--import ${preload('crash-on-picture')}`;
      const env = { NODE_OPTIONS, FACEFLEET_TEST_CRASH_ON: picture };
      return await runCli(['extract', video, out, '--masker', 'none', '-o', 'json'], folder, env);
    };
    for (const _ of [1, 2]) assert.equal((await at('12')).signal, 'SIGSEGV');
    const cut = await at('12');
    assert.equal(cut.code, 3, cut.stderr);
    assert.deepEqual(
      failures(out).map(({ key, code, index }) => [key, code, index]),
      [['tiny_000012.mp4', 'FF1012', 11]],
    );
    assert.equal(alignments(out).length, 11);
    const whole = await at('0');
    assert.equal(whole.code, 0, whole.stderr);
    const last = events(whole).at(-1);
    assert.deepEqual([last?.frames, last?.carried, last?.failed], [30, 11, 0]);
    assert.equal(events(await at('0')).at(-1)?.carried, 30);
  });
});
