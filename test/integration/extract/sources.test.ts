import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { extractCli } from '../../fixtures/cli.ts';
import { alignments, failures, filesBelow } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhoto } from '../../fixtures/small-photos.ts';
import { SHARED, skipWithoutShared } from '../../golden/shared-data.ts';

const FAST = ['--size', '64', '--masker', 'none'];

describe('a source of extract', () => {
  const folder = scratch();

  /** Makes a folder with one and the same photo under many names. */
  async function photos(name: string, keys: readonly string[]): Promise<string> {
    const into = join(folder, name);
    const bytes = await smallPhoto(0, 480);
    for (const key of keys) {
      mkdirSync(join(into, key, '..'), { recursive: true });
      await writeFile(join(into, key), bytes);
    }
    return into;
  }

  it('a folder comes in order of code points, with dense indexes over records and failures', async () => {
    const keys = [
      '10.jpg',
      '9.jpg',
      'B.jpg',
      'a.jpg',
      'a/1.jpg',
      'a_0.jpg',
      'z.jpg',
      'ä.jpg',
      '\u{ff21}.jpg',
      '\u{1f642}.jpg',
    ];
    const input = await photos('order', keys);
    await writeFile(join(input, 'm-broken.jpg'), 'no image');
    await writeFile(join(input, 'readme.md'), 'no image');
    const output = join(folder, 'order-out');
    await extractCli([input, output, '--recursive', ...FAST], 3);
    const lines = [...alignments(output), ...failures(output)];
    const sorted = lines.sort((a, b) => a.index - b.index);
    assert.deepEqual(
      sorted.map(({ index, key }) => [index, key]),
      [...keys.slice(0, 6), 'm-broken.jpg', ...keys.slice(6)].map((key, index) => [index, key]),
    );
    for (const [i, frame] of alignments(output).entries()) {
      if (i > 0) assert.ok(frame.index > alignments(output)[i - 1]!.index);
      assert.equal(frame.faces.length, 3, frame.key);
    }
    const crops = alignments(output).flatMap(({ faces }) => faces.map(({ crop }) => crop));
    assert.equal(new Set(crops).size, 3 * keys.length);
    assert.deepEqual(
      filesBelow(output).filter((file) => file.startsWith('faces/')),
      [...crops].sort(),
    );
  });

  it('an output inside a recursive source is left out', async () => {
    const input = await photos('inside', ['a.jpg', 'sub/b.jpg']);
    const output = join(input, 'out');
    for (const carried of [0, 2]) {
      const end = await extractCli([input, output, '--recursive', ...FAST]);
      assert.deepEqual([end.total, end.carried], [2, carried]);
    }
  });

  it('a single image is one frame', async () => {
    const input = await photos('single', ['one.jpg', 'two.jpg']);
    const output = join(folder, 'single-out');
    const end = await extractCli([join(input, 'two.jpg'), output, ...FAST]);
    assert.deepEqual([end.total, end.faces], [1, 3]);
    assert.deepEqual(
      alignments(output)[0]!.faces.map(({ crop }) => crop),
      ['faces/two_0.png', 'faces/two_1.png', 'faces/two_2.png'],
    );
  });

  it('a list comes in its own order', async () => {
    const input = await photos('list', ['a.jpg', 'sub/b.jpg', 'c.jpg']);
    await writeFile(
      join(input, 'list.txt'),
      '\ufeff# photos\r\nsub/b.jpg\r\n\r\nmissing.jpg\r\na.jpg\r\n../single/one.jpg',
    );
    const output = join(folder, 'list-out');
    const end = await extractCli([join(input, 'list.txt'), output, ...FAST], 3);
    assert.deepEqual([end.total, end.failed, end.faces], [4, 2, 6]);
    assert.deepEqual(
      alignments(output).map(({ index, key }) => [index, key]),
      [
        [0, 'sub/b.jpg'],
        [2, 'a.jpg'],
      ],
    );
    assert.deepEqual(
      failures(output).map(({ index, code }) => [index, code]),
      [
        [1, 'FF1006'],
        [3, 'FF1007'],
      ],
    );
  });

  it('a video gives every n-th frame under the number it has in the video', {
    skip: skipWithoutShared,
  }, async () => {
    const input = join(SHARED ?? '', 'data/videos/hamilton_clip.mp4');
    const output = join(folder, 'video-out');
    const end = await extractCli([input, output, '--every-n', '50', ...FAST]);
    assert.deepEqual([end.total, end.frames, end.failed], [6, 6, 0]);
    const frames = alignments(output);
    assert.deepEqual(
      frames.map(({ index, key }) => [index, key]),
      [1, 51, 101, 151, 201, 251].map((n, i) => [i, `hamilton_clip_${String(n).padStart(6, '0')}.mp4`]),
    );
    assert.ok(frames.every(({ width, height }) => width === 640 && height === 360));
    assert.ok(end.faces >= 3, `${end.faces} faces`);
    const again = await extractCli([input, output, '--every-n', '25', ...FAST]);
    assert.deepEqual([again.total, again.carried], [11, 6]);
  });
});
