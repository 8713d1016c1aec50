import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openVideo } from '../../../worker/source/open-video.ts';
import { segmentVideo } from '../../../worker/source/segments/segmented-video.ts';
import type { FrameInput } from '../../../worker/source/source.ts';
import { videoKey } from '../../../worker/source/video-key.ts';
import { type Encoding, encodeVideo, ffmpeg, withoutEncoder } from '../../fixtures/encoded-video.ts';
import { casesOf } from '../../fixtures/only-in-full.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { segmentFrames } from '../../fixtures/segment-frames.ts';

interface Case extends Encoding {
  readonly file: string;
  /** Copies what was encoded into another container or shape, from `encoded.<extension>`. */
  readonly remux?: {
    readonly from: string;
    readonly options: readonly string[];
    readonly input?: readonly string[];
  };
  /** Takes so many bytes off the beginning. */
  readonly cutBytes?: number;
  /** Expected size of the frames; default 96×64. */
  readonly size?: string;
  /** Whether the video must have come out in several segments. Default true. */
  readonly isSplit?: boolean;
}

const X264_OPEN = [
  '-g',
  '40',
  '-bf',
  '3',
  '-x264-params',
  'open-gop=1:b-pyramid=normal:ref=4:scenecut=0:repeat-headers=1',
];
const X264 = { encoder: 'libx264', frames: 700, options: ['-preset', 'veryfast', '-g', '50', '-bf', '3'] };
const OPEN = { ...X264, options: ['-preset', 'veryfast', ...X264_OPEN] };
const VPX = ['-g', '50', '-b:v', '100k', '-cpu-used', '4', '-auto-alt-ref', '1', '-lag-in-frames', '16'];
const X265 = 'log-level=none:keyint=40:open-gop=1:bframes=4:scenecut=0';

const CASES: Record<string, Case> = {
  'H.264 with bidirectional pictures': { ...X264, file: 'b.mp4' },
  'H.264 with open groups in Matroska': { ...OPEN, file: 'open.mkv' },
  'H.264 with open groups in MP4': { ...OPEN, file: 'open.mp4' },
  'H.264 with open groups in a transport stream': { ...OPEN, file: 'open.ts' },
  'H.264 without key pictures': {
    ...X264,
    file: 'refresh.mp4',
    options: ['-preset', 'veryfast', '-g', '50', '-x264-params', 'intra-refresh=1'],
    isSplit: false,
  },
  'H.264 interlaced': {
    ...X264,
    file: 'interlaced.ts',
    options: ['-preset', 'veryfast', '-g', '50', '-bf', '2', '-flags', '+ildct+ilme'],
  },
  'H.264 as a bare stream': { ...OPEN, file: 'bare.h264', isSplit: false },
  'H.264 cut at the start by an edit list': {
    ...OPEN,
    file: 'edited.mp4',
    frames: 800,
    remux: { from: 'whole.mp4', input: ['-ss', '1.5'], options: [] },
  },
  'H.264 that begins late': {
    ...OPEN,
    file: 'late.ts',
    options: [...OPEN.options, '-output_ts_offset', '70000'],
  },
  'H.264 that begins between key pictures': { ...OPEN, file: 'cut.ts', frames: 900, cutBytes: 188 * 1000 },
  'H.264 with a changing frame rate': {
    ...X264,
    file: 'vfr.mp4',
    frames: 1000,
    filters: "select='not(mod(n,3))+lt(mod(n,50),35)'",
    options: [...X264.options, '-vsync', 'vfr'],
  },
  'H.264, rotated': {
    ...X264,
    file: 'rotated.mp4',
    remux: { from: 'whole.mp4', options: ['-metadata:s:v:0', 'rotate=90'] },
    size: '64×96',
  },
  'HEVC with open groups': {
    encoder: 'libx265',
    file: 'open-hevc.mkv',
    frames: 600,
    options: ['-preset', 'ultrafast', '-x265-params', X265],
  },
  'VP9 with hidden pictures': {
    encoder: 'libvpx-vp9',
    file: 'vp9.webm',
    frames: 600,
    options: VPX,
    twoPasses: true,
  },
  'VP8 with hidden pictures': {
    encoder: 'libvpx',
    file: 'vp8.webm',
    frames: 600,
    options: VPX,
    twoPasses: true,
  },
  AV1: { encoder: 'libsvtav1', file: 'av1.mp4', frames: 600, options: ['-preset', '12', '-g', '60'] },
  'MPEG-4': {
    encoder: 'mpeg4',
    file: 'mpeg4.mp4',
    frames: 700,
    options: ['-g', '30', '-bf', '2', '-q:v', '5'],
  },
  'MPEG-4 in AVI, without times': {
    encoder: 'mpeg4',
    file: 'mpeg4.avi',
    frames: 600,
    options: ['-g', '30', '-bf', '2', '-q:v', '5'],
    isSplit: false,
  },
  'MPEG-2': {
    encoder: 'mpeg2video',
    file: 'mpeg2.ts',
    frames: 700,
    options: ['-g', '15', '-bf', '2', '-q:v', '5'],
  },
  'Motion JPEG': { encoder: 'mjpeg', file: 'mjpeg.avi', frames: 600, options: ['-q:v', '5'] },
};

describe('segments of a video', () => {
  const folder = scratch();

  for (const [name, made] of Object.entries(CASES))
    it(`${name}: any split gives the frames of a straight decode`, {
      skip: withoutEncoder(made.encoder),
    }, async (t) => {
      const path = join(folder, made.file);
      if (made.remux === undefined) encodeVideo(path, made);
      else {
        const whole = join(folder, made.remux.from);
        encodeVideo(whole, made);
        ffmpeg(...(made.remux.input ?? []), '-i', whole, '-c', 'copy', ...made.remux.options, path);
      }
      if (made.cutBytes !== undefined) await writeFile(path, (await readFile(path)).subarray(made.cutBytes));
      const straight = await straightFrames(path);
      assert.ok(straight[0]?.includes(` ${made.size ?? '96×64'} `));
      const { scan } = await segmentVideo(path, DEFAULT_LIMITS, { everyN: 1, framesPerSegment: () => 1 });
      if (scan.exact) assert.equal(scan.pictures, straight.length);
      t.diagnostic(`${straight.length} pictures, ${scan.points.length} points ${scan.whyWhole ?? ''}`);
      assert.equal(scan.points.length > 3, made.isSplit ?? true);
      const splits = fc.record({
        framesPerSegment: fc.integer({ min: 1, max: 400 }),
        everyN: fc.integer({ min: 1, max: 120 }),
        doneFrom: fc.integer({ min: 0, max: 700 }),
        doneCount: fc.integer({ min: 0, max: 300 }),
      });
      await fc.assert(
        fc.asyncProperty(splits, async ({ framesPerSegment, everyN, doneFrom, doneCount }) => {
          const isDone = (index: number): boolean => index >= doneFrom && index < doneFrom + doneCount;
          const wanted = straight.filter((_, i) => i % everyN === 0).filter((_, i) => !isDone(i));
          const { segments, count } = await segmentVideo(path, DEFAULT_LIMITS, {
            everyN,
            framesPerSegment: () => framesPerSegment,
          });
          if (scan.exact) assert.equal(count, Math.ceil(straight.length / everyN));
          const found: string[] = [];
          let next = 0;
          for (const segment of segments()) {
            assert.equal(segment.firstIndex, next);
            next += segment.frames;
            for await (const { number, index, input } of segmentFrames(path, segment, {
              limits: DEFAULT_LIMITS,
              isDone,
            })) {
              assert.ok(index >= segment.firstIndex);
              assert.equal(number, index * everyN + 1);
              found.push(word(videoKey(basename(path), number), input));
            }
          }
          assert.deepEqual(found, wanted);
        }),
        { numRuns: casesOf(6), examples: [[{ framesPerSegment: 1, everyN: 1, doneFrom: 0, doneCount: 0 }]] },
      );
    });
});

/** The frames as the laptop run takes them. */
async function straightFrames(path: string): Promise<string[]> {
  const source = await openVideo(path, 1, DEFAULT_LIMITS);
  const words: string[] = [];
  for await (const { key, input } of source.frames()) words.push(word(key, input));
  return words;
}

function word(key: string, input: FrameInput): string {
  if (input.kind === 'failure') return `${key} ${input.error.code}`;
  assert.ok(input.kind === 'pixels');
  const { width, height, data } = input.image;
  return `${key} ${width}×${height} ${createHash('md5').update(data).digest('hex')}`;
}
