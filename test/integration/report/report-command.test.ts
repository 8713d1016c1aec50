import assert from 'node:assert/strict';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import { openStore } from '../../../worker/store/open-store.ts';
import { extractCli, runCli, startCli } from '../../fixtures/cli.ts';
import { editExtraction } from '../../fixtures/edit-output.ts';
import { fakeExtraction, fakeKeys } from '../../fixtures/fake-extraction.ts';
import { HOSTILE_NAMES } from '../../fixtures/hostile-names.ts';
import { type HtmlDocument, readHtml } from '../../fixtures/html-document.ts';
import { alignments, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhoto, smallPhotos } from '../../fixtures/small-photos.ts';
import { drawnPhoto, pipelineOf } from '../../fixtures/test-photo.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { makeBucket, testS3 } from '../../servers/test-bucket.ts';

const s3 = testS3();
const LINES = 400_000;

describe('facefleet report', () => {
  const folder = scratch();
  const output = join(folder, 'out');
  let faces = 0;

  before(async () => {
    const input = await smallPhotos(join(folder, 'photos'), 6);
    for (const [i, name] of HOSTILE_NAMES.entries())
      writeFileSync(join(input, name), await smallPhoto(i, 600));
    writeFileSync(join(input, 'zz-<b>broken.jpg'), 'no picture');
    ({ faces } = await extractCli([input, output, '--size', '128'], 3));
    assert.ok(faces >= 35, `${faces} faces`);
  });

  async function reported(args: readonly string[], file: string): Promise<HtmlDocument> {
    const end = await runCli(['report', ...args, '--to', file]);
    assert.equal(end.code, 0, end.stderr);
    return readHtml(readFileSync(file, 'utf8'));
  }

  function pictures({ attributes }: HtmlDocument): Buffer[] {
    return attributes
      .filter(([name, value]) => name === 'src' && value.startsWith('data:'))
      .map(([, value]) => Buffer.from(value.slice(value.indexOf(',') + 1), 'base64'));
  }

  it('shows all that a real extraction found, and changes nothing', async () => {
    const files = fingerprint(output);
    const file = join(folder, 'whole.html');
    const end = await runCli(['report', output, '--to', file, '-o', 'json']);
    assert.equal(end.code, 0, end.stderr);
    const { bytes, ...summary } = JSON.parse(end.stdout) as { bytes: number };
    assert.deepEqual(summary, {
      output,
      report: file,
      state: 'complete',
      frames: 11,
      failed: 1,
      faces,
      shown: faces,
      damaged: 0,
    });
    const page = readFileSync(file, 'utf8');
    assert.equal(bytes, Buffer.byteLength(page));
    assert.deepEqual(fingerprint(output), files);
    const document = readHtml(page);
    const found = pictures(document);
    assert.equal(found.length, faces);
    for (const picture of found) {
      const { width, height, format } = await sharp(picture).metadata();
      assert.deepEqual([width, height, format], [256, 256, 'jpeg']);
    }
    const paths = document.attributes.filter(([name]) => name === 'd').map(([, value]) => value);
    assert.equal(paths.filter((path) => /^(M-?\d+ -?\d+h0){68}$/.test(path)).length, faces, 'landmarks');
    assert.ok(paths.filter((path) => path.endsWith('z')).length >= 3 * faces, 'lines and two masks of each');
    const ids = document.attributes.filter(([name]) => name === 'id').map(([, value]) => value);
    for (const id of ['show-landmarks', 'show-mask-0', 'show-mask-1']) assert.ok(ids.includes(id), id);
    assert.match(document.text, /FF1009 The image format is not supported 1Convert it to JPEG/);
    assert.match(document.text, /UltraFace version-RFB-320/);
    assert.match(document.text, /gnp\.\\u202egpj\.\\u2066exe\\u200b\.jpg/);
    assert.deepEqual(
      document.raw.map(({ tag }) => tag),
      ['style', 'script', 'script'],
    );
    const facts = JSON.parse(document.raw[1]!.content) as { frame: string; sharpness: number }[];
    assert.ok(facts.every(({ sharpness }) => sharpness > 1));
    const keys = alignments(output).flatMap(({ key, faces: all }) => all.map(() => key));
    assert.deepEqual(
      facts.map(({ frame }) => frame.startsWith('photo-')),
      keys.map((key) => key.startsWith('photo-')),
      'in source order',
    );
  });

  it('shows fewer faces, and counts all', async () => {
    const document = await reported([output, '--faces', '5'], join(folder, 'five.html'));
    assert.equal(pictures(document).length, 5);
    assert.match(document.text, new RegExp(`5 of ${faces} faces, chosen evenly`));
    assert.match(document.text, new RegExp(`Over all ${faces} faces`));
    const none = await reported([output, '--faces', '0'], join(folder, 'none.html'));
    assert.equal(pictures(none).length, 0);
    assert.match(none.text, new RegExp(`Faces are not shown here; ${faces} were found`));
  });

  it('replaces no file unless it is told to, and leaves nothing half-written', async () => {
    const place = join(folder, 'place');
    mkdirSync(place);
    const first = await runCli(['report', output, '--faces', '3'], place);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^11 frames, \d+ faces \(3 shown\), 1 failed: out-report\.html, 0\.\d MB\n$/);
    writeFileSync(join(place, 'out-report.html'), 'mine');
    const refused = await runCli(['report', output], place);
    assert.deepEqual([refused.code, /FF4007/.test(refused.stderr)], [2, true]);
    assert.equal(readFileSync(join(place, 'out-report.html'), 'utf8'), 'mine');
    const forced = await runCli(['report', output, '--faces', '3', '--force'], place);
    assert.equal(forced.code, 0, forced.stderr);
    assert.match(readFileSync(join(place, 'out-report.html'), 'utf8'), /^<!doctype html>/);
    assert.deepEqual(readdirSync(place), ['out-report.html']);
  });

  it('refuses what is no output, and what is no number', async () => {
    for (const [args, code, message] of [
      [[folder], 2, /FF4013/],
      [[join(folder, 'nowhere')], 1, /FF4006/],
      [[''], 2, /FF5004/],
      [[output, '--to', ''], 2, /FF5001/],
      [[output, '--to', join(folder, 'no', 'where.html')], 1, /FF4001/],
      [[output, '--faces', '5001'], 2, /whole number/],
    ] as const) {
      const end = await runCli(['report', ...args], folder);
      assert.equal(end.code, code, end.stderr);
      assert.match(end.stderr, message);
    }
    assert.ok(!existsSync(join(folder, 'no')));
  });

  it('shows the small pictures of records where crops are gone', async () => {
    const gone = join(folder, 'gone');
    await extractCli([join(folder, 'photos'), gone, '--size', '128'], 3);
    rmSync(join(gone, 'faces'), { recursive: true });
    const document = await reported([gone], join(folder, 'gone.html'));
    assert.equal(pictures(document).length, faces);
    assert.match(document.text, new RegExp(`${faces} are shown by the small picture of their record`));
    assert.match(document.text, /SharpnessNo numbers to show/);
  });

  it('shows shapes alone where crops were skipped, and says so', async () => {
    const skipped = join(folder, 'skipped');
    await extractCli([join(folder, 'photos'), skipped, '--skip-faces', '--masker', 'none'], 3);
    const document = await reported([skipped], join(folder, 'skipped.html'));
    assert.equal(pictures(document).length, 0);
    assert.match(document.text, /asked to write no crops \(--skip-faces\)/);
    const dots = document.attributes.filter(
      ([name, value]) => name === 'd' && /^(M-?\d+ -?\d+h0){68}$/.test(value),
    );
    assert.equal(dots.length, faces);
  });

  it('is made of an extraction that has not ended, of one without faces, and of failures alone', async () => {
    const store = await openStore(join(folder, 'stopped'));
    let begun = 0;
    const stopped = fakeExtraction(store, {
      keys: fakeKeys(60),
      limits: { frames: 5 },
      onFrame: async () => {
        begun += 1;
        if (begun > 40) throw new Error('the power is gone');
      },
    });
    await assert.rejects(stopped, /the power is gone/);
    const unfinished = await reported([join(folder, 'stopped')], join(folder, 'stopped.html'));
    assert.match(unfinished.text, /The extraction is not complete/);
    assert.match(unfinished.text, /Frames3\d/);

    mkdirSync(join(folder, 'nobody'));
    await pipelineOf(drawnPhoto()).jpeg().toFile(join(folder, 'nobody/sky.jpg'));
    await extractCli([join(folder, 'nobody'), join(folder, 'no-faces')]);
    const empty = await reported([join(folder, 'no-faces')], join(folder, 'empty.html'));
    assert.match(empty.text, /No faces were found\./);

    mkdirSync(join(folder, 'broken'));
    writeFileSync(join(folder, 'broken/a.jpg'), 'no picture');
    await extractCli([join(folder, 'broken'), join(folder, 'failed')], 3);
    const failed = await reported([join(folder, 'failed')], join(folder, 'failed.html'));
    assert.match(failed.text, /FF1009/);
    assert.match(failed.text, /Failed1100 % of the frames/);
  });

  it('reads a long output with little memory, and leaves nothing when it is stopped', async () => {
    const long = join(folder, 'long');
    mkdirSync(long);
    writeFileSync(join(long, 'extraction.json'), readFileSync(join(output, 'extraction.json')));
    editExtraction(long, () => ({ counts: null, total: LINES, digest: null }));
    const [first] = alignments(output);
    const whole = { ...first!.faces[0]!, masks: {}, crop: null, thumbnail: undefined };
    // short, so that the file is not large
    const [few, all] = [{ ...whole, landmarks: [] }, whole].map((face) => JSON.stringify([face]));
    const lines = function* (): Generator<string> {
      for (let i = 0; i < LINES; i++)
        yield `{"index":${i},"key":"${i}.jpg","width":640,"height":427,"faces":${i % 50 === 0 ? all : few}}\n`;
    };
    await pipeline(Readable.from(lines()), createWriteStream(join(long, 'alignments.jsonl')));
    const place = join(folder, 'stopping');
    mkdirSync(place);
    const stopping = startCli(['report', long], place);
    await waitUntil('the file is begun', () => readdirSync(place).length > 0);
    stopping.child.kill('SIGINT');
    assert.equal((await stopping.ended).code, 130);
    assert.deepEqual(readdirSync(place), []);
    const end = await runCli(['report', long, '-o', 'json'], place, {
      NODE_OPTIONS: '--max-old-space-size=100',
    });
    assert.equal(end.code, 0, end.stderr);
    const { faces: counted, shown } = JSON.parse(end.stdout) as { faces: number; shown: number };
    assert.deepEqual([counted, shown], [LINES, 500]);
  });

  it('is made of an output in a bucket', { skip: s3.missing }, async () => {
    process.env.AWS_ENDPOINT_URL = s3.endpoint;
    const address = `s3://${await makeBucket(s3.endpoint)}/some/faces`;
    await fakeExtraction(await openStore(address), { keys: fakeKeys(24) });
    const end = await runCli(['report', address, '-o', 'json'], folder);
    assert.equal(end.code, 0, end.stderr);
    const { report, frames, failed } = JSON.parse(end.stdout) as Record<string, unknown>;
    assert.deepEqual([report, (frames as number) + (failed as number)], ['faces-report.html', 24]);
    assert.match(readFileSync(join(folder, 'faces-report.html'), 'utf8'), /^<!doctype html>/);
  });
});
