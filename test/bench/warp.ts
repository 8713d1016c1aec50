import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Interpolation } from '../../worker/vision/interpolators.ts';
import { composeMatrix, scaling } from '../../worker/vision/matrix.ts';
import { resizeArea } from '../../worker/vision/resize.ts';
import { rotation } from '../../worker/vision/rotate.ts';
import type { Matrix, RgbImage } from '../../worker/vision/types.ts';
import { warpAffine } from '../../worker/vision/warp.ts';
import { loadOpenCv } from '../fixtures/load-opencv.ts';

// A 512 px face crop from a 1080p frame and a frame shrunk for a detector, against OpenCV built for WebAssembly, taking
// turns in the same process: node test/bench/warp.ts [ROUNDS]. Fails when the cubic crop takes more than LIMIT times as
// long as OpenCV's.
const LIMIT = 1.6;
const rounds = Number(process.argv[2] ?? 400);
const SIDE = 512;

/** The golden test frame where it is, else one like it: smooth shades with sharp stripes. */
async function frame1080p(): Promise<RgbImage> {
  const path = join(process.env.FACEFLEET_SHARED ?? '', 'golden', 'frames', 'frame_1920x1080.png');
  const [width, height] = [1920, 1080];
  if (process.env.FACEFLEET_SHARED && existsSync(path)) {
    return { width, height, data: await sharp(path).removeAlpha().raw().toBuffer() };
  }
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y, c] = [pixel % width, Math.floor(pixel / width), i % 3];
    return (128 + 90 * Math.sin(x / (17 + c)) * Math.cos(y / (23 - c)) + ((x >> 3) & 1) * 30) & 255;
  });
  return { width, height, data };
}

interface Contest {
  readonly name: string;
  readonly ours: () => Uint8Array;
  readonly theirs: () => Uint8Array;
}

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Peak signal-to-noise ratio of two images, dB. */
function agreementDb(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, level, i) => sum + (level - b[i]!) ** 2, 0);
  return 10 * Math.log10((255 * 255 * a.length) / squares);
}

/** Runs both in turns. @returns our best time as a multiple of theirs */
function run({ name, ours, theirs }: Contest): number {
  const agreement = agreementDb(ours(), theirs());
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    times[0].push(milliseconds(ours));
    times[1].push(milliseconds(theirs));
  }
  const [mine, opencv] = times.map((list) => {
    list.sort((a, b) => a - b);
    return { best: list[0]!, median: list[list.length >> 1]! };
  }) as [{ best: number; median: number }, { best: number; median: number }];
  const text = ({ best, median }: { best: number; median: number }) =>
    `best ${best.toFixed(2)} ms, median ${median.toFixed(2)} ms`;
  const ratio = mine.best / opencv.best;
  console.log(
    `${name.padEnd(30)} facefleet ${text(mine)} | OpenCV ${text(opencv)} | ratio ${ratio.toFixed(2)} of the bests, ` +
      `${(mine.median / opencv.median).toFixed(2)} of the medians | agreement ${agreement === Number.POSITIVE_INFINITY ? 'exact' : `${agreement.toFixed(1)} dB`}`,
  );
  return ratio;
}

const { cv } = await loadOpenCv();
const image = await frame1080p();
const source = cv.matFromArray(image.height, image.width, cv.CV_8UC3, image.data);
const target = new cv.Mat();
const black = new cv.Scalar(0, 0, 0, 0);

function warpContest(name: string, matrix: Matrix, interpolation: Interpolation): Contest {
  const flags = { linear: cv.INTER_LINEAR, cubic: cv.INTER_CUBIC, area: cv.INTER_AREA }[interpolation];
  const rows = cv.matFromArray(2, 3, cv.CV_64F, [...matrix]);
  const out = new Uint8Array(SIDE * SIDE * 3);
  const size = new cv.Size(SIDE, SIDE);
  return {
    name,
    ours: () =>
      warpAffine(image, matrix, { width: SIDE, height: SIDE, interpolation, border: 'zero', out }).data,
    theirs: () => {
      cv.warpAffine(source, target, rows, size, flags, cv.BORDER_CONSTANT, black);
      return target.data;
    },
  };
}

/** A face region of the frame, turned by 20°, as a 512 px crop. */
const crop = (facePx: number): Matrix => {
  const scale = SIDE / facePx;
  return composeMatrix(
    rotation(20, SIDE, SIDE),
    scaling(scale, SIDE / 2 - 960 * scale, SIDE / 2 - 540 * scale),
  );
};

const ratio = run(warpContest('cubic 512 px from 350 px', crop(350), 'cubic'));
run(warpContest('linear 512 px from 350 px', crop(350), 'linear'));
run(warpContest('area 512 px from 900 px', crop(900), 'area'));
run({
  name: 'frame to 640×360, area resize',
  ours: () => resizeArea(image, 640, 360).data,
  theirs: () => {
    cv.resize(source, target, new cv.Size(640, 360), 0, 0, cv.INTER_AREA);
    return target.data;
  },
});
if (!(ratio <= LIMIT)) {
  console.error(`the cubic crop takes ${ratio.toFixed(2)} × OpenCV's time, more than ${LIMIT}`);
  process.exitCode = 1;
}
