import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, beforeEach, describe, it } from 'node:test';
import { CodecContext } from 'node-av/lib';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openVideo } from '../../../worker/source/open-video.ts';
import type { SourceFrame } from '../../../worker/source/source.ts';
import type { VideoPlace } from '../../../worker/source/video-place.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import type { GetOptions } from '../../../worker/store/store.ts';
import { encodeVideo, ffmpeg, withoutEncoder } from '../../fixtures/encoded-video.ts';
import { frameWords } from '../../fixtures/frame-words.ts';
import { scratch } from '../../fixtures/scratch.ts';

const FRAMES = 3000;
const GROUP = 50;

/** Counts the pictures that come out of decoders in this process. */
let decoded = 0;
const { receiveFrame } = CodecContext.prototype;
CodecContext.prototype.receiveFrame = async function (frame) {
  const status = await receiveFrame.call(this, frame);
  if (status >= 0) decoded += 1;
  return status;
};

describe('a long video', { skip: withoutEncoder('libx264') }, () => {
  const folder = scratch();
  const film = join(folder, 'film.mp4');
  let straight: string[];

  before(async () => {
    encodeVideo(film, {
      encoder: 'libx264',
      frames: FRAMES,
      options: ['-preset', 'ultrafast', '-g', String(GROUP), '-bf', '2', '-keyint_min', String(GROUP)],
    });
    straight = await frameWords((await openVideo(film, 1, DEFAULT_LIMITS)).frames());
    assert.equal(straight.length, FRAMES);
  });
  beforeEach(() => {
    decoded = 0;
  });

  it('is decoded once when nothing is done', async () => {
    await frameWords((await openVideo(film, 1, DEFAULT_LIMITS)).frames());
    assert.equal(decoded, FRAMES);
  });

  it('of which the first frames are done goes on near the first that is not', async (t) => {
    for (const done of [1, 700, 2600, 2999]) {
      decoded = 0;
      const asked: number[] = [];
      const source = await openVideo(film, 1, DEFAULT_LIMITS);
      const found = await frameWords(
        source.frames({
          isDone: ({ index }) => {
            asked.push(index);
            return index < done;
          },
        }),
      );
      assert.deepEqual(found, straight.slice(done));
      assert.deepEqual(asked, [...straight.keys()]);
      t.diagnostic(`${done} done: ${decoded} pictures decoded for ${FRAMES - done}`);
      assert.ok(decoded - (FRAMES - done) < 3 * GROUP, String(decoded));
    }
  });

  it('with holes is decoded round the holes', async (t) => {
    const isDone = (index: number): boolean => index % 1000 !== 500 && index !== 512;
    const source = await openVideo(film, 1, DEFAULT_LIMITS);
    const admitted = new Set<string>();
    const frames: SourceFrame[] = [];
    for await (const frame of source.frames({
      isDone: ({ index }) => isDone(index),
      admit: (key) => {
        admitted.add(key);
        return null;
      },
      release: (key) => admitted.delete(key),
    }))
      frames.push(frame);
    assert.deepEqual(
      await frameWords(asyncOf(frames)),
      straight.filter((_, i) => !isDone(i)),
    );
    assert.deepEqual(
      [...admitted],
      frames.map(({ key }) => key),
      'only what was given out is in work',
    );
    t.diagnostic(`${decoded} pictures decoded for ${frames.length}`);
    assert.ok(decoded < 8 * GROUP, String(decoded));
  });

  it('that is done gives nothing, and decodes next to nothing', async () => {
    const source = await openVideo(film, 1, DEFAULT_LIMITS);
    assert.deepEqual(await frameWords(source.frames({ isDone: () => true })), []);
    assert.ok(decoded < 2 * GROUP, String(decoded));
  });

  it('of which few frames are kept is decoded near those', async (t) => {
    for (const everyN of [210, 1000]) {
      decoded = 0;
      const found = await frameWords((await openVideo(film, everyN, DEFAULT_LIMITS)).frames());
      assert.deepEqual(
        found,
        straight.filter((_, i) => i % everyN === 0),
      );
      t.diagnostic(`every ${everyN}: ${decoded} pictures decoded for ${found.length}`);
      assert.ok(decoded < 2 * GROUP + found.length * GROUP, String(decoded));
    }
  });

  it('ends at a frame that is refused, also when it is to be reached by a jump', async () => {
    const error = new FacefleetError('FF1012', 'refused');
    const source = await openVideo(film, 1, DEFAULT_LIMITS);
    const key = straight[2000]!.split(' ')[0];
    const frames = source.frames({
      isDone: ({ index }) => index < 2000,
      admit: (asked) => (asked === key ? error : null),
    });
    assert.deepEqual(await frameWords(frames), [`${key} FF1012`]);
  });

  it('in a store gives the same frames, and what the store fails with is no damage of the video', async () => {
    const path = join(folder, 'film.mkv');
    ffmpeg('-i', film, '-c', 'copy', path);
    const bytes = await readFile(path);
    const store = new FailingStore();
    await store.put('in/film.mkv', bytes);
    const place: VideoPlace = { store, key: 'in/film.mkv' };
    const found = await frameWords((await openVideo(place, 1, DEFAULT_LIMITS)).frames());
    assert.deepEqual(
      found,
      straight.map((word) => word.replace('.mp4', '.mkv')),
    );
    const source = await openVideo(place, 1, DEFAULT_LIMITS);
    const offset = Math.floor(bytes.length * 0.7);
    store.failure = { offset, error: new FacefleetError('FF4006', 'connection lost') };
    const frames: SourceFrame[] = [];
    await assert.rejects(
      async () => {
        for await (const frame of source.frames()) frames.push(frame);
      },
      { code: 'FF4006' },
    );
    assert.ok(frames.length > FRAMES / 2 && frames.every(({ input }) => input.kind === 'pixels'));
    await assert.rejects(openVideo(place, 1, DEFAULT_LIMITS), { code: 'FF4006' });
    store.failure = null;
    await assert.rejects(openVideo({ store, key: 'other.mkv' }, 1, DEFAULT_LIMITS), { code: 'FF1101' });
  });
});

describe('interlaced video', { skip: withoutEncoder('libx264') }, () => {
  const folder = scratch();

  for (const [name, flags] of [
    ['by macroblocks', '+ildct+ilme'],
    ['progressive', '+cgop'],
  ] as const)
    it(`${name}: pixels as the ffmpeg command's`, async () => {
      const path = join(folder, `${name}.ts`);
      const options = ['-preset', 'veryfast', '-g', '20', '-flags', flags];
      encodeVideo(path, { encoder: 'libx264', frames: 40, options });
      const args = [
        '-v',
        'error',
        '-i',
        path,
        '-fps_mode',
        'passthrough',
        '-pix_fmt',
        'rgb24',
        '-f',
        'rawvideo',
        '-',
      ];
      const pixels = execFileSync('ffmpeg', args, { maxBuffer: 1 << 30 });
      const size = 96 * 64 * 3;
      const expected = Array.from({ length: pixels.length / size }, (_, i) =>
        createHash('md5')
          .update(pixels.subarray(i * size, (i + 1) * size))
          .digest('hex'),
      );
      const found = await frameWords((await openVideo(path, 1, DEFAULT_LIMITS)).frames());
      assert.deepEqual(
        found.map((word) => word.split(' ').at(-1)),
        expected,
      );
    });
});

class FailingStore extends MemoryStore {
  /** Reads beyond `offset` fail. */
  failure: { readonly offset: number; readonly error: FacefleetError } | null = null;

  override async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    if (this.failure !== null && (options.offset ?? 0) > this.failure.offset) throw this.failure.error;
    return await super.get(key, options);
  }
}

async function* asyncOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
