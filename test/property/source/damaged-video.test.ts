import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openVideo } from '../../../worker/source/open-video.ts';
import { segmentVideo } from '../../../worker/source/segments/segmented-video.ts';
import type { VideoSegment } from '../../../worker/source/segments/video-segment.ts';
import { videoKey } from '../../../worker/source/video-key.ts';
import { type Encoding, encodeVideo, withoutEncoder } from '../../fixtures/encoded-video.ts';
import { frameWord, frameWords } from '../../fixtures/frame-words.ts';
import { casesOf } from '../../fixtures/only-in-full.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { segmentFrames } from '../../fixtures/segment-frames.ts';

const FRAMES = 700;
/** Pictures before the damaged one that may show it: those that refer to it. */
const MAX_SHOWING = 16;

const X264 = [
  '-preset',
  'veryfast',
  '-g',
  '40',
  '-bf',
  '3',
  '-x264-params',
  'open-gop=1:scenecut=0:repeat-headers=1',
];
const FILES: Record<string, Encoding> = {
  'h264.mkv': { encoder: 'libx264', frames: FRAMES, options: X264 },
  'h264.mp4': { encoder: 'libx264', frames: FRAMES, options: [...X264, '-movflags', '+faststart'] },
  'h264.ts': { encoder: 'libx264', frames: FRAMES, options: X264 },
  'hevc.mkv': {
    encoder: 'libx265',
    frames: FRAMES,
    options: [
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none:keyint=40:open-gop=1:bframes=4:scenecut=0',
    ],
  },
  'vp9.webm': {
    encoder: 'libvpx-vp9',
    frames: FRAMES,
    options: ['-g', '40', '-deadline', 'realtime', '-cpu-used', '8'],
  },
  'mpeg4.mp4': {
    encoder: 'mpeg4',
    frames: FRAMES,
    options: ['-g', '30', '-bf', '2', '-movflags', '+faststart'],
  },
};

const damages = fc.record({
  isCut: fc.boolean(),
  at: fc.double({ min: 0.15, max: 0.98, noNaN: true }),
  bytes: fc.integer({ min: 1, max: 3000 }),
  everyN: fc.integer({ min: 1, max: 60 }),
  framesPerSegment: fc.integer({ min: 1, max: 200 }),
  done: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('a damaged video', () => {
  const folder = scratch();

  for (const [file, encoding] of Object.entries(FILES))
    it(`${file}: segments, and a continued run, end where a straight run ends`, {
      skip: withoutEncoder(encoding.encoder),
    }, async (t) => {
      const whole = join(folder, file);
      encodeVideo(whole, encoding);
      const bytes = await readFile(whole);
      const ends: number[] = [];
      await fc.assert(
        fc.asyncProperty(damages, async ({ isCut, at, bytes: count, everyN, framesPerSegment, done }) => {
          const path = join(folder, `damaged${extname(file)}`);
          await writeFile(path, damaged(bytes, isCut, Math.floor(at * bytes.length), count));
          const straight = await straightWords(path, everyN);
          if (straight === null) return;
          ends.push(straight.length);
          const { segments, scan } = await segmentVideo(path, DEFAULT_LIMITS, {
            everyN,
            framesPerSegment: () => framesPerSegment,
          });
          assertSame(await segmentWords(path, segments()), straight, scan.exact);
          // what a killed run left: some of the frames before the damage
          const before = Math.floor(done * straight.length);
          const source = await openVideo(path, everyN, DEFAULT_LIMITS);
          const frames = source.frames({
            isDone: ({ index }) => index < before && !straight[index]!.includes(' FF'),
          });
          assertSame(
            [
              ...straight.slice(0, before).filter((word) => !word.includes(' FF')),
              ...(await frameWords(frames)),
            ],
            straight,
            true,
          );
        }),
        { numRuns: casesOf(12) },
      );
      t.diagnostic(`frames of straight runs: ${ends.join(' ')}`);
    });
});

function damaged(bytes: Buffer, isCut: boolean, at: number, count: number): Buffer {
  if (isCut) return bytes.subarray(0, at);
  const copy = Buffer.from(bytes);
  for (let i = at; i < Math.min(at + count, copy.length); i++) copy[i]! ^= 0x5a;
  return copy;
}

/** Null when the video cannot be opened at all. */
async function straightWords(path: string, everyN: number): Promise<string[] | null> {
  try {
    return await frameWords((await openVideo(path, everyN, DEFAULT_LIMITS)).frames());
  } catch (thrown) {
    if (thrown instanceof FacefleetError && thrown.code === 'FF1104') return null;
    throw thrown;
  }
}

/** The frames of all segments up to the first damage, which comes before all others of the same frame. */
async function segmentWords(path: string, segments: Iterable<VideoSegment>): Promise<string[]> {
  const words = new Map<number, string>();
  let end = Number.POSITIVE_INFINITY;
  for (const segment of segments)
    for await (const { index, number, input } of segmentFrames(path, segment, { limits: DEFAULT_LIMITS })) {
      if (index >= end) continue;
      words.set(index, frameWord({ key: videoKey(basename(path), number), input }));
      if (input.kind === 'failure') end = index;
    }
  return [...words]
    .filter(([index]) => index <= end)
    .sort(([a], [b]) => a - b)
    .map(([, word]) => word);
}

function assertSame(found: readonly string[], expected: readonly string[], isStrict: boolean): void {
  if (isStrict) assert.equal(found.length, expected.length);
  const name = (word: string): string | undefined => (word.includes(' FF') ? word : word.split(' ')[0]);
  assert.deepEqual(found.map(name), expected.map(name));
  const sure = expected.length - 1 - MAX_SHOWING;
  assert.deepEqual(found.slice(0, Math.max(0, sure)), expected.slice(0, Math.max(0, sure)));
}
