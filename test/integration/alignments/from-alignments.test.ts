import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import { extractCli, runCli } from '../../fixtures/cli.ts';
import {
  alignments,
  differences,
  extraction,
  type FaceLine,
  type FrameLine,
  failures,
  fingerprint,
} from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { FACES_IN_SAMPLES, smallPhotos } from '../../fixtures/small-photos.ts';
import { makeTinyVideo } from '../../fixtures/tiny-video.ts';

const PHOTOS = 3;
const FACES = FACES_IN_SAMPLES.slice(0, PHOTOS).reduce((a, b) => a + b, 0);

describe('extract --from-alignments', { concurrency: 2 }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const first = join(folder, 'first');
  let runs = 0;

  before(async () => {
    await smallPhotos(input, PHOTOS);
    await extractCli([input, first]);
    assert.equal(alignments(first).flatMap(({ faces }) => faces).length, FACES);
    for (const format of ['fsa', 'json', 'jsonl'])
      await convert(first, format, join(folder, `first.${format}`));
  });

  async function convert(from: string, format: string, to: string): Promise<void> {
    const { code, stderr } = await runCli(['convert', from, '--to', format, '--out', to]);
    assert.equal(code, 0, stderr);
  }

  async function extract(
    file: string,
    options: readonly string[] = [],
    code = 0,
    source = input,
  ): Promise<string> {
    const output = join(folder, `out-${runs++}`);
    await extractCli([source, output, '--from-alignments', file, ...options], code);
    return output;
  }

  /** A file of JSON lines with the frames of the first run, changed. */
  async function changed(name: string, change: (frames: FrameLine[]) => unknown[]): Promise<string> {
    const path = join(folder, name);
    const lines = change(alignments(first)).map((frame) => `${JSON.stringify(frame)}\n`);
    await writeFile(path, lines.join(''));
    return path;
  }

  const crops = (output: string): Record<string, string> =>
    Object.fromEntries(Object.entries(fingerprint(output)).filter(([file]) => file.startsWith('faces/')));

  it('of an output gives the very bytes of the run that made it', async () => {
    const output = await extract(first);
    assert.deepEqual(differences(fingerprint(first), fingerprint(output)), []);
    assert.equal(extraction(output).digest, extraction(first).digest);
    assert.deepEqual(
      (JSON.parse(readFileSync(join(output, 'extraction.json'), 'utf8')) as { models: object }).models,
      {},
    );
  });

  it('keeps the masks of the alignments when no masker runs', async () => {
    const output = await extract(join(folder, 'first.jsonl'), ['--masker', 'none']);
    assert.deepEqual(differences(fingerprint(first), fingerprint(output)), []);
  });

  for (const [format, options] of [
    ['fsa', []],
    ['fsa', ['--masker', 'none']],
    ['json', []],
  ] as const) {
    it(`of ${format} gives the same faces but for the score ${options.join(' ')}`, async () => {
      const output = await extract(join(folder, `first.${format}`), options);
      assert.deepEqual(crops(output), crops(first));
      const scored = alignments(output).map((frame) => ({
        ...frame,
        faces: frame.faces.map((face, i) => ({
          ...face,
          score: alignments(first)[frame.index]!.faces[i]!.score,
        })),
      }));
      assert.deepEqual(scored, alignments(first));
      assert.ok(alignments(output).every(({ faces }) => faces.every(({ score }) => score === 1)));
    });
  }

  it('of the crops of an output gives the same crops', async () => {
    const output = await extract(join(first, 'faces'), ['--masker', 'none']);
    assert.deepEqual(crops(output), crops(first));
  });

  it('without masks gives the same crops as a run without masks', async () => {
    const plain = join(folder, 'plain');
    await extractCli([input, plain, '--masker', 'none']);
    const output = await extract(join(folder, 'first.json'), ['--masker', 'none']);
    assert.deepEqual(crops(output), crops(plain));
    assert.ok(
      alignments(output).every(({ faces }) => faces.every(({ masks }) => Object.keys(masks).length === 0)),
    );
  });

  it('aligns faces that have only a box, and no others', async () => {
    const moved = (face: FaceLine): FaceLine => ({
      ...face,
      landmarks: face.landmarks.map(([x, y]) => [x + 1, y] as const),
    });
    const file = await changed('boxes.jsonl', (frames) =>
      frames.map(({ key, faces }) => ({
        key,
        faces: faces.map((face, i) => (i === 0 ? { box: face.box } : moved(face))),
      })),
    );
    const output = await extract(file, ['--skip-faces']);
    for (const [i, { faces }] of alignments(output).entries()) {
      const known = alignments(first)[i]!.faces;
      assert.deepEqual(faces[0]!.landmarks, known[0]!.landmarks);
      assert.deepEqual(
        faces[1]!.landmarks,
        moved(known[1]!).landmarks.map(([x, y]) => [Number(x.toFixed(3)), y]),
      );
    }
  });

  it('records frames without an entry without faces, and says so', async () => {
    const file = await changed('missing.jsonl', ([one, , three]) => [
      one,
      { key: 'elsewhere.jpg', faces: [] },
      { ...three!, faces: [] },
    ]);
    const output = join(folder, `out-${runs++}`);
    const { code, stderr } = await runCli([
      'extract',
      input,
      output,
      '--from-alignments',
      file,
      '--skip-faces',
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /1 frame had no entry/);
    assert.match(stderr, /without a frame in the source: 1 entry/);
    assert.deepEqual(
      alignments(output).map(({ faces }) => faces.length),
      [FACES_IN_SAMPLES[0], 0, 0],
    );
  });

  it('finds entries by file name when only one side has folders', async () => {
    const nested = join(folder, 'nested');
    await cp(input, join(nested, 'deep'), { recursive: true });
    const output = await extract(first, ['--recursive'], 0, nested);
    const [frame] = alignments(output);
    assert.equal(frame!.key, 'deep/photo-000.jpg');
    assert.deepEqual(frame!.faces[0]!.landmarks, alignments(first)[0]!.faces[0]!.landmarks);
    assert.ok(existsSync(join(output, 'faces/deep/photo-000_0.png')));
  });

  it('fails frames whose entry belongs to another size, is no face, or is not theirs alone', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    const photo = await sharp(join(input, 'photo-000.jpg')).resize(320).jpeg().toBuffer();
    await writeFile(join(other, 'photo-000.jpg'), photo);
    await cp(join(input, 'photo-001.jpg'), join(other, 'photo-001.jpg'));
    await cp(join(input, 'photo-002.jpg'), join(other, 'photo-002.jpg'));
    await cp(join(input, 'photo-002.jpg'), join(other, 'sub/photo-002.jpg'));
    const file = await changed('faulty.jsonl', ([a, b, c]) => [
      a,
      { ...b!, faces: [{ landmarks: Array.from({ length: 68 }, () => [5, 5]) }] },
      c,
    ]);
    const output = await extract(file, ['--recursive', '--skip-faces'], 3, other);
    const failed = failures(output);
    assert.deepEqual(
      failed.map(({ key, code }) => [key, code]),
      [
        ['photo-000.jpg', 'FF1203'],
        ['photo-001.jpg', 'FF1203'],
        ['sub/photo-002.jpg', 'FF1203'],
      ],
    );
    assert.match(failed[0]!.message, /320 × .* pixels, .* frame of 640 × /);
    assert.equal(alignments(output).length, 1);
  });

  it('fails frames whose masks are no masks', async () => {
    const broken = { ...Object.values(alignments(first)[1]!.faces[0]!.masks)[0]!, data: 'bm8gemxpYg==' };
    const file = await changed('masks.jsonl', ([a, b, c]) => [
      a,
      { ...b!, faces: b!.faces.map((face) => ({ ...face, masks: { broken } })) },
      c,
    ]);
    const output = await extract(file, ['--masker', 'none', '--skip-faces'], 3);
    const [failed, ...more] = failures(output);
    assert.deepEqual([failed?.key, failed?.code, more], ['photo-001.jpg', 'FF1203', []]);
    assert.match(failed!.message, /photo-001\.jpg: face 0: mask broken: it is no zlib stream/);
    assert.equal(alignments(output).length, PHOTOS - 1);
  });

  it('finds the frames of a video by number', async () => {
    const video = join(folder, 'clip.mp4');
    await makeTinyVideo(video, 4);
    const face = (x: number): object => ({
      landmarks_2d: alignments(first)[0]!.faces[0]!.landmarks.map(([px, py]) => [px / 10 + x, py / 10]),
    });
    const file = join(folder, 'numbers.json');
    await writeFile(file, JSON.stringify({ 1: [face(0)], 'other_000003.png': [face(3), face(4)], 4: [] }));
    const output = await extract(file, ['--masker', 'none', '--size', '64'], 0, video);
    assert.deepEqual(
      alignments(output).map(({ key, faces }) => [key, faces.length]),
      [
        ['clip_000001.mp4', 1],
        ['clip_000002.mp4', 0],
        ['clip_000003.mp4', 2],
        ['clip_000004.mp4', 0],
      ],
    );
  });

  it('goes on where it stopped with the same alignments, and refuses others', async () => {
    const output = join(folder, 'again');
    const args = [input, output, '--skip-faces', '--masker', 'none'];
    await extractCli([...args, '--from-alignments', first]);
    assert.equal(
      (await extractCli([...args, '--from-alignments', join(folder, 'first.jsonl')])).carried,
      PHOTOS,
    );
    const other = await runCli(['extract', ...args, '--from-alignments', join(folder, 'first.json')]);
    assert.match(other.stderr, /FF4002.*alignments\.sha256 was/);
    const none = await runCli(['extract', ...args]);
    assert.match(none.stderr, /FF4002.*alignments/);
  });

  it('does not overwrite the alignments that it takes', async () => {
    const own = join(folder, 'own');
    await cp(first, own, { recursive: true });
    for (const file of [own, join(own, 'alignments.fsa'), join(own, 'faces')]) {
      const end = await runCli(['extract', input, own, '--overwrite', '--from-alignments', file]);
      assert.match(end.stderr, /FF5001.*would remove/);
      assert.equal(end.code, 2);
    }
    assert.deepEqual(differences(fingerprint(first), fingerprint(own)), []);
  });

  it('tells how entries and frames met, for machines too', async () => {
    const output = join(folder, `out-${runs++}`);
    const last = await extractCli([
      input,
      output,
      '--skip-faces',
      '--from-alignments',
      join(folder, 'first.json'),
    ]);
    const { given } = last as unknown as { given: object };
    assert.deepEqual(given, { matched: PHOTOS, missing: 0, unused: 0 });
  });

  const refused: [name: string, args: () => string[], says: RegExp, code: number][] = [
    [
      'a detector option',
      () => [input, 'x', '--from-alignments', first, '--min-size', '5%'],
      /FF5001.*no detector/,
      2,
    ],
    [
      'aligned images',
      () => [input, 'x', '--from-alignments', first, '--image-is-aligned'],
      /FF5001.*either/,
      2,
    ],
    ['photos as alignments', () => [input, 'x', '--from-alignments', input], /FF1201.*photos/, 1],
    [
      'a photo as alignments',
      () => [input, 'x', '--from-alignments', join(input, 'photo-000.jpg')],
      /FF1201/,
      1,
    ],
    [
      'alignments of something else',
      () => [input, 'x', '--from-alignments', join(folder, 'else.json')],
      /FF1202.*2 entries, none of them for one of 3 frames/,
      2,
    ],
  ];
  for (const [name, args, says, code] of refused) {
    it(`refuses ${name}`, async () => {
      await writeFile(join(folder, 'else.json'), '{"x.jpg":[],"y.jpg":[]}');
      const [source, , ...rest] = args();
      const output = join(folder, `out-${runs++}`);
      const end = await runCli(['extract', source!, output, ...rest]);
      assert.match(end.stderr, says);
      assert.equal(end.code, code, end.stderr);
      assert.doesNotMatch(end.stderr, /unexpected failure|\n\s+at /);
      assert.ok(!existsSync(output), 'nothing is written');
    });
  }
});
