import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import { events, extractCli, runCli, startCli } from '../../fixtures/cli.ts';
import {
  alignments,
  cropWrites,
  differences,
  extraction,
  fingerprint,
} from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhoto, smallPhotos } from '../../fixtures/small-photos.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

const FRAMES = 15;

describe('a second run into the same output', () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const undisturbed = join(folder, 'undisturbed');

  before(async () => {
    await smallPhotos(input, FRAMES);
    await writeFile(join(input, 'photo-003-no-face.png'), await noFace());
    await extractCli([input, undisturbed]);
    const frames = alignments(undisturbed);
    assert.equal(frames.filter(({ faces }) => faces.length > 0).length, FRAMES);
  });

  /** Copies of the photos and of the complete output, to be changed. */
  function copies(name: string): { photos: string; output: string } {
    const photos = join(folder, name, 'photos');
    const output = join(folder, name, 'out');
    cpSync(input, photos, { recursive: true, preserveTimestamps: true });
    cpSync(undisturbed, output, { recursive: true, preserveTimestamps: true });
    return { photos, output };
  }

  it('goes on after Ctrl-C', async () => {
    const output = join(folder, 'stopped');
    const run = startCli(['extract', input, output, '-o', 'json']);
    const faces = join(output, 'faces');
    await waitUntil('some crops', () => existsSync(faces) && readdirSync(faces).length >= 4);
    run.child.kill('SIGINT');
    const stopped = await run.ended;
    assert.equal(stopped.code, 130, stopped.stderr);
    const last = events(stopped).at(-1);
    assert.equal(last?.event, 'interrupted');
    assert.ok(last.frames > 0 && last.frames <= FRAMES, `${last.frames} frames`);
    assert.equal(extraction(output).state, 'interrupted');
    const written = cropWrites(output);
    const end = await extractCli([input, output]);
    assert.equal(end.carried, last.frames);
    assert.equal(end.frames, FRAMES + 1);
    assert.deepEqual(rewritten(output, written), [], 'done crops are left alone');
    assert.deepEqual(differences(fingerprint(output), fingerprint(undisturbed)), []);
    assert.equal(extraction(output).state, 'complete');
  });

  it('does nothing when all is done', async () => {
    const { output } = copies('again');
    const written = cropWrites(output);
    const end = await extractCli([input, output]);
    assert.equal(end.carried, FRAMES + 1);
    assert.deepEqual(differences(cropWrites(output), written), []);
    assert.deepEqual(differences(fingerprint(output), fingerprint(undisturbed)), []);
  });

  it('processes only what is new in the source', async () => {
    const { photos, output } = copies('added');
    await writeFile(join(photos, 'photo-001-new.jpg'), await smallPhoto(4, 500));
    const end = await extractCli([photos, output]);
    assert.deepEqual([end.carried, end.total], [FRAMES + 1, FRAMES + 2]);
    const fresh = join(folder, 'added', 'fresh');
    await extractCli([photos, fresh]);
    assert.deepEqual(differences(fingerprint(output), fingerprint(fresh)), []);
  });

  it('processes a photo again that was replaced under the same name, and drops the crops of what is gone', async () => {
    const { photos, output } = copies('replaced');
    await writeFile(join(photos, 'photo-002.jpg'), await smallPhoto(0, 500));
    await writeFile(join(photos, 'photo-004.jpg'), await noFace());
    rmSync(join(photos, 'photo-005.jpg'));
    const written = cropWrites(output);
    const end = await extractCli([photos, output]);
    assert.deepEqual([end.carried, end.total], [FRAMES - 2, FRAMES]);
    const fresh = join(folder, 'replaced', 'fresh');
    await extractCli([photos, fresh]);
    assert.deepEqual(differences(fingerprint(output), fingerprint(fresh)), []);
    const again = rewritten(output, written).filter((crop) => existsSync(join(output, crop)));
    assert.ok(again.length > 0 && again.every((crop) => crop.startsWith('faces/photo-002_')));
    utimesSync(join(photos, 'photo-003.jpg'), 1, 1);
    assert.equal(
      (await extractCli([photos, output])).carried,
      FRAMES - 1,
      'another time of change is a change',
    );
    utimesSync(join(photos, 'photo-003.jpg'), 2, 2);
    assert.equal((await extractCli([photos, output, '--skip-existing'])).carried, FRAMES);
  });

  it('makes a lost crop again', async () => {
    const { output } = copies('lost');
    const crop = join(output, alignments(output)[5]!.faces[1]!.crop!);
    await writeFile(crop, '');
    const end = await extractCli([input, output]);
    assert.equal(end.carried, FRAMES);
    assert.deepEqual(differences(fingerprint(output), fingerprint(undisturbed)), []);
  });

  it('refuses other options, naming them, and changes nothing', async () => {
    const { output } = copies('other');
    const before = fingerprint(output);
    const size = await runCli(['extract', input, output, '--size', '128', '--masker', 'none', '-a']);
    assert.equal(size.code, 2, size.stderr);
    assert.match(size.stderr, /FF4002/);
    for (const field of ['output.sizePx was 512, now is 128', 'maskers', 'aligner.reAlign']) {
      assert.ok(size.stderr.includes(field), `${field} in ${size.stderr}`);
    }
    assert.deepEqual(differences(fingerprint(output), before), []);
  });

  it('with --overwrite starts afresh', async () => {
    const { output } = copies('overwrite');
    const options = ['--size', '128', '--masker', 'none'];
    const end = await extractCli([input, output, ...options, '--overwrite']);
    assert.equal(end.carried, 0);
    const fresh = join(folder, 'overwrite', 'fresh');
    await extractCli([input, fresh, ...options]);
    assert.deepEqual(differences(fingerprint(output), fingerprint(fresh)), []);
  });

  it('with --skip-existing keeps every frame, with --skip-existing-faces those with faces', async () => {
    const { photos, output } = copies('skip');
    const written = cropWrites(output);
    await writeFile(join(photos, 'photo-900.jpg'), await smallPhoto(0, 500));
    const all = await extractCli([photos, output, '--size', '128', '--skip-existing']);
    assert.deepEqual([all.carried, all.total], [FRAMES + 1, FRAMES + 2]);
    assert.deepEqual(rewritten(output, written), []);
    const added = join(output, alignments(output).at(-1)!.faces[0]!.crop!);
    assert.equal((await sharp(added).metadata()).width, 128);
    const withFaces = await extractCli([photos, output, '--size', '96', '--skip-existing-faces']);
    assert.deepEqual([withFaces.carried, withFaces.total], [FRAMES + 1, FRAMES + 2]);
  });

  it('is refused while the first one runs', async () => {
    const output = join(folder, 'two');
    const first = startCli(['extract', input, output]);
    await waitUntil('the lock', () => existsSync(join(output, 'extraction.json')));
    const second = await runCli(['extract', input, output]);
    assert.equal(second.code, 1, second.stderr);
    assert.match(second.stderr, /FF4003/);
    assert.match(second.stderr, new RegExp(`process ${first.child.pid}\\b`));
    assert.equal((await first.ended).code, 0);
    assert.deepEqual(differences(fingerprint(output), fingerprint(undisturbed)), []);
  });
});

/** The crops that were written again since. */
function rewritten(output: string, since: Record<string, string>): string[] {
  const now = cropWrites(output);
  return Object.keys(since).filter((file) => now[file] !== since[file]);
}

function noFace(): Promise<Buffer> {
  return sharp({ create: { width: 320, height: 240, channels: 3, background: '#4a6' } })
    .png()
    .toBuffer();
}
