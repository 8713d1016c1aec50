import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { type BadInputs, makeBadInputs } from '../../fixtures/bad-inputs.ts';
import { type CliEvent, extractCli } from '../../fixtures/cli.ts';
import {
  alignments,
  extraction,
  type FrameLine,
  failures,
  filesBelow,
} from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { FACES_IN_SAMPLES, smallPhoto } from '../../fixtures/small-photos.ts';

/** Of the photo that the corpus is made of. */
const FACES = 3;
const FAST = ['--size', '64', '--masker', 'extended'];

describe('odd inputs among good photos', () => {
  const folder = scratch();
  const output = join(folder, 'out');
  const good = FACES_IN_SAMPLES.map((_, i) => `photo-${i}.jpg`);
  let corpus: BadInputs;
  let end: CliEvent;
  let frames: Map<string, FrameLine>;
  let codes: Map<string, string>;
  let filesBefore: string[];

  before(async () => {
    const photo = join(folder, 'photo.jpg');
    await writeFile(photo, await smallPhoto(0, 480));
    corpus = await makeBadInputs(folder, photo);
    for (const [i, name] of good.entries()) await writeFile(join(corpus.folder, name), await smallPhoto(i));
    filesBefore = tree(folder);
    end = await extractCli([corpus.folder, output, ...FAST], 3);
    frames = new Map(alignments(output).map((frame) => [frame.key, frame]));
    codes = new Map(failures(output).map(({ key, code }) => [key, code]));
  });

  it('end as expected, each of them', () => {
    assert.ok(corpus.inputs.length >= 50, `${corpus.inputs.length} inputs`);
    const wrong = corpus.inputs.flatMap(({ file, expect }) => {
      const became = frames.has(file) ? 'ok' : (codes.get(file) ?? 'ignored');
      return became === expect ? [] : [`${file}: ${became} instead of ${expect}`];
    });
    assert.deepEqual(wrong, []);
    const expected = corpus.inputs.filter(({ expect }) => expect !== 'ignored').length + good.length;
    assert.equal(frames.size + codes.size, expected);
    assert.deepEqual([end.total, end.frames, end.failed], [expected, expected, codes.size]);
    assert.equal(extraction(output).state, 'complete');
  });

  it('cost no good photo its faces', () => {
    assert.deepEqual(
      good.map((key) => frames.get(key)?.faces.length),
      [...FACES_IN_SAMPLES],
    );
  });

  it('that show the same picture have the same faces, within 2 pixels', () => {
    const expected = frames.get('good.jpg')!;
    assert.equal(expected.faces.length, FACES);
    const far = corpus.inputs
      .filter(({ samePicture }) => samePicture)
      .flatMap(({ file, maxMeanDifference }) => {
        const { faces, width, height } = frames.get(file)!;
        if (faces.length !== FACES) return [`${file}: ${faces.length} faces`];
        assert.deepEqual([width, height], [expected.width, expected.height], file);
        // without its colours, a picture is another one to the models
        const limitPx = maxMeanDifference === null || maxMeanDifference > 6 ? 6 : 2;
        const px = Math.max(...expected.faces.map((face) => nearest(face.landmarks, faces)));
        return px <= limitPx ? [] : [`${file}: landmarks ${px.toFixed(2)} px away`];
      });
    assert.deepEqual(far, []);
  });

  it('under each EXIF orientation come out upright, the same', () => {
    const turned = [...frames.keys()].filter((key) => /(exif|orient)/i.test(key));
    assert.ok(turned.length >= 8, `${turned.length} files`);
    const expected = frames.get('good.jpg')!;
    for (const key of turned) {
      const { faces, width, height } = frames.get(key)!;
      assert.deepEqual([width, height, faces.length], [expected.width, expected.height, FACES], key);
      for (const { landmarks } of expected.faces) assert.ok(nearest(landmarks, faces) <= 2, key);
    }
  });

  it('leave nothing outside the output', () => {
    assert.deepEqual(
      tree(folder).filter((file) => file !== 'out' && !file.startsWith('out/')),
      filesBefore,
    );
    const crops = [...frames.values()].flatMap(({ faces }) => faces.map(({ crop }) => crop));
    assert.equal(new Set(crops).size, crops.length, 'no two faces share a crop');
    assert.deepEqual(
      filesBelow(output),
      [
        ...crops,
        'alignments.fsa',
        'alignments.jsonl',
        'extraction.json',
        'failures.jsonl',
        'versions.txt',
      ].sort(),
    );
  });

  it('are tried again by a second run, and nothing else', async () => {
    const again = join(folder, 'again');
    cpSync(output, again, { recursive: true });
    const second = await extractCli([corpus.folder, again, ...FAST], 3);
    assert.deepEqual([second.carried, second.failed], [frames.size, codes.size]);
  });

  it('in lists end as expected, too', async () => {
    for (const [i, { path, expect }] of corpus.lists.entries()) {
      const to = join(folder, `out-list-${i}`);
      await extractCli([path, to, ...FAST], 3);
      const ends = [
        ...alignments(to).map(({ index, key }) => ({ index, key, expect: 'ok' })),
        ...failures(to).map(({ index, key, code }) => ({ index, key, expect: code })),
      ].sort((a, b) => a.index - b.index);
      assert.deepEqual(
        ends,
        expect.map((entry, index) => ({ index, ...entry })),
      );
    }
  });
});

/** Names of all files and folders, in bytes that need not be UTF-8; links are not followed. */
function tree(folder: string, below = ''): string[] {
  return readdirSync(Buffer.from(join(folder, below), 'latin1'), { withFileTypes: true, encoding: 'buffer' })
    .flatMap((entry) => {
      const name = below + entry.name.toString('latin1');
      return entry.isDirectory() ? [name, ...tree(folder, `${name}/`)] : [name];
    })
    .sort();
}

type Point = readonly [x: number, y: number];

/** Largest distance of a landmark from its like in the nearest face, pixels. */
function nearest(landmarks: readonly Point[], faces: FrameLine['faces']): number {
  return Math.min(
    ...faces.map((face) =>
      Math.max(
        ...landmarks.map(([x, y], k) => Math.hypot(x - face.landmarks[k]![0], y - face.landmarks[k]![1])),
      ),
    ),
  );
}
