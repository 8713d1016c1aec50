import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { PortableFrame } from '../../../worker/formats/portable/portable-frame.ts';
import { BIN, extractCli, pipeCli, runCli } from '../../fixtures/cli.ts';
import { convertToBytes, readFrames } from '../../fixtures/convert-file.ts';
import { alignments, extraction } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { FACES_IN_SAMPLES, smallPhotos } from '../../fixtures/small-photos.ts';

const PHOTOS = 2;
const FACES = FACES_IN_SAMPLES[0] + FACES_IN_SAMPLES[1];
const READABLE = ['fsa', 'json', 'jsonl'] as const;
type Readable = (typeof READABLE)[number];

/** What a format keeps of an extraction's faces. */
const KEPT: Readonly<Record<Readable, readonly (keyof PortableFrame['faces'][number])[]>> = {
  jsonl: ['box', 'score', 'landmarks', 'pose', 'masks', 'identities', 'thumbnail', 'crop'],
  fsa: ['box', 'landmarks', 'masks', 'identities', 'thumbnail'],
  json: ['box', 'landmarks'],
};

describe('convert and inspect', { concurrency: 2 }, () => {
  const folder = scratch();
  const output = join(folder, 'out');

  before(async () => {
    await smallPhotos(join(folder, 'photos'), PHOTOS);
    await extractCli([join(folder, 'photos'), output]);
  });

  it('gives the lines of an output as they are', async () => {
    const { bytes } = await convertToBytes(output, 'jsonl');
    assert.ok(bytes.equals(readFileSync(join(output, 'alignments.jsonl'))));
  });

  it('gives the .fsa that the extraction wrote', async () => {
    const { bytes } = await convertToBytes(output, 'fsa');
    assert.ok(bytes.equals(readFileSync(join(output, 'alignments.fsa'))));
  });

  it('reads the headers of the crops', async () => {
    const held = (frames: PortableFrame[]): unknown =>
      frames.map(({ key, size, faces }) => ({
        key,
        size,
        faces: faces.map(({ box, landmarks, masks, crop }) => ({ box, landmarks, masks, crop })),
      }));
    const expected = await readFrames(output);
    assert.deepEqual(
      held(await readFrames(join(output, 'faces'))),
      held(
        expected.map((frame) => ({
          ...frame,
          faces: frame.faces.map((face) => ({ ...face, crop: face.crop!.slice('faces/'.length) })),
        })),
      ),
    );
    const { stdout } = await runCli(['inspect', join(output, 'faces/photo-001_2.png')]);
    assert.match(
      stdout,
      /face 2 of photo-001\.jpg, written as photo-001_2\.png for alignments of version 2\.4/,
    );
  });

  for (const first of READABLE) {
    for (const second of READABLE) {
      it(`keeps what both ${first} and ${second} have a place for`, async () => {
        const a = join(folder, `a-${first}-${second}`);
        const b = join(folder, `b-${first}-${second}`);
        await writeFile(a, (await convertToBytes(output, first)).bytes);
        await writeFile(b, (await convertToBytes(a, second)).bytes);
        const kept = KEPT[first].filter((field) => KEPT[second].includes(field));
        const seen = (frames: PortableFrame[]): unknown =>
          frames.map(({ key, faces }) => [key, faces.map((face) => kept.map((field) => face[field]))]);
        assert.deepEqual(seen(await readFrames(b)), seen(await readFrames(output)));
        assert.equal((await readFrames(b)).flatMap(({ faces }) => faces).length, FACES);
      });
    }
  }

  it('writes a file, not over another one without --force, and counts what it drops', async () => {
    const csv = join(folder, 'faces.csv');
    const end = await runCli(['convert', output, '--to', 'csv', '--out', csv, '-o', 'json']);
    assert.equal(end.code, 0, end.stderr);
    const { from, frames, faces, losses } = JSON.parse(end.stdout) as Record<string, unknown>;
    assert.deepEqual([from, frames, faces], ['output', PHOTOS, FACES]);
    assert.equal((losses as Record<string, number>).masks, 2 * FACES);
    assert.equal(readFileSync(csv, 'utf8').split('\n').length, 1 + FACES + 1);
    const again = await runCli(['convert', output, '--to', 'json', '--out', csv]);
    assert.match(again.stderr, /FF4007.*faces\.csv/);
    assert.equal(again.code, 2);
    const forced = await runCli(['convert', output, '--to', 'json', '--out', csv, '--force']);
    assert.equal(forced.code, 0);
    assert.match(forced.stderr, new RegExp(`${PHOTOS} frames, ${FACES} faces`));
    assert.match(forced.stderr, new RegExp(`no place for .*${2 * FACES} masks`));
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(csv, 'utf8')) as object), [
      'photo-000.jpg',
      'photo-001.jpg',
    ]);
  });

  it('reads the standard input and writes the standard output', () => {
    const end = pipeCli(
      ['convert', '-', '--to', 'coco', '--out', '-'],
      readFileSync(join(output, 'alignments.jsonl')),
    );
    assert.equal(end.code, 0, end.stderr);
    const { images, annotations } = JSON.parse(end.stdout) as { images: object[]; annotations: object[] };
    assert.deepEqual([images.length, annotations.length], [PHOTOS, FACES]);
    const empty = pipeCli(['convert', '-', '--to', 'csv', '--out', '-'], Buffer.alloc(0));
    assert.match(empty.stderr, /FF1201.*standard input: it is empty/);
    assert.equal(empty.stdout, '');
  });

  it('says once when the standard output is full', {
    skip: !existsSync('/dev/full') && 'no /dev/full',
  }, () => {
    for (const args of [
      ['convert', output, '--to', 'csv', '--out', '-'],
      ['inspect', output],
    ]) {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      closeSync(full);
      assert.equal(status, 1);
      assert.match(stderr, /^facefleet: FF4001 .*standard output: no space left.*\n {2}\S.*\n$/);
    }
  });

  it('refuses what is no alignments, and leaves nothing behind', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    for (const [input, says] of [
      [join(folder, 'photos'), /FF1201.*photos/],
      [join(folder, 'photos/photo-000.jpg'), /FF1201.*photo-000\.jpg/],
      [join(folder, 'none'), /FF1201.*none/],
    ] as const) {
      for (const args of [
        ['convert', input, '--to', 'fsa', '--out', join(empty, 'never')],
        ['inspect', input],
      ]) {
        const end = await runCli(args);
        assert.match(end.stderr, says);
        assert.equal(end.code, 1);
        assert.doesNotMatch(end.stderr, /unexpected failure|\n\s+at /);
      }
    }
    for (const args of [
      ['convert', output, '--out', 'x'],
      ['convert', output, '--to', 'xml', '--out', 'x'],
      ['convert', output, '--to', 'csv', '--out', '-', '-o', 'json'],
    ])
      assert.equal((await runCli(args)).code, 2);
    assert.deepEqual(readdirSync(empty), []);
  });

  it('inspects an output: what it is, holds, and whether it was changed', async () => {
    const end = await runCli(['inspect', output]);
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /extraction +complete, of the folder photos/);
    assert.match(end.stdout, /as they were written/);
    assert.match(end.stdout, new RegExp(`faces +${FACES}, at most 3`));
    assert.match(end.stdout, new RegExp(`mask extended +${FACES} faces: 128 face`));
    const { alignments: summary, unchanged } = JSON.parse(
      (await runCli(['inspect', output, '-o', 'json'])).stdout,
    ) as {
      alignments: Record<string, unknown>;
      unchanged: boolean;
    };
    assert.equal(unchanged, true);
    assert.equal(summary.sha256, extraction(output).digest);
    assert.deepEqual(summary.landmarks, { 68: FACES });
    const copy = join(folder, 'copy');
    await cp(output, copy, { recursive: true });
    const [one] = alignments(copy);
    await writeFile(join(copy, 'alignments.jsonl'), `${JSON.stringify(one)}\n`);
    assert.match((await runCli(['inspect', copy])).stdout, /CHANGED/);
  });

  it('tells an extraction that has not ended', async () => {
    const open = join(folder, 'open');
    await cp(output, open, { recursive: true });
    const file = join(open, 'extraction.json');
    await writeFile(file, readFileSync(file, 'utf8').replace('"complete"', '"interrupted"'));
    assert.match((await runCli(['inspect', open])).stdout, /interrupted, of the folder photos/);
    const end = await runCli(['convert', open, '--to', 'csv', '--out', '-']);
    assert.match(end.stderr, /FF1201.*is interrupted: finish it/);
    assert.equal(end.stdout, '');
  });
});
