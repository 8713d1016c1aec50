import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import { type CliEvent, extractCli } from '../../fixtures/cli.ts';
import {
  alignments,
  differences,
  extraction,
  type FaceLine,
  type FrameLine,
  fingerprint,
} from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhoto } from '../../fixtures/small-photos.ts';

/** Three of the samples, with 3 + 3 + 3 faces. */
const FACES = 9;
/** Small crops and no masks, unless a test is about them. */
const FAST = ['--size', '64', '--masker', 'none'];

describe('an option of extract', () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  let plain: FrameLine[];
  let runs = 0;

  interface Outcome {
    readonly output: string;
    readonly end: CliEvent;
    readonly frames: FrameLine[];
  }

  async function extract(options: readonly string[], source = input): Promise<Outcome> {
    const output = join(folder, `out-${runs++}`);
    const end = await extractCli([source, output, ...options]);
    return { output, end, frames: alignments(output) };
  }

  before(async () => {
    mkdirSync(input);
    for (let i = 0; i < 3; i++) await writeFile(join(input, `${i}.jpg`), await smallPhoto(i));
    const { frames, output } = await extract(FAST);
    assert.equal(facesOf(frames), FACES);
    assert.equal(crops(output).length, FACES);
    plain = frames;
  });

  it('--rotate on finds the faces of turned photos', async () => {
    const turned = join(folder, 'turned');
    mkdirSync(turned);
    for (const degrees of [90, 180, 270]) {
      const pixels = await sharp(await smallPhoto(2))
        .rotate(degrees)
        .png({ compressionLevel: 1 })
        .toBuffer();
      await writeFile(join(turned, `${degrees}.png`), pixels);
    }
    const upright = plain[2]!.faces;
    const found = await extract([...FAST, '--rotate', 'on'], turned);
    for (const { key, width, height, faces } of found.frames) {
      assert.equal(faces.length, upright.length, key);
      for (const face of upright) {
        const expected = turn(eyes(face.landmarks), Number.parseInt(key, 10), width, height);
        const nearest = Math.min(...faces.map(({ landmarks }) => distance(eyes(landmarks), expected)));
        assert.ok(nearest < 0.02 * diagonalPx(face), `${key}: eyes ${nearest} px from where they are`);
      }
    }
    const without = await extract(FAST, turned);
    assert.ok(facesOf(without.frames) < facesOf(found.frames), 'upright detection alone finds fewer');
  });

  it('--min-size and --max-size leave out faces by pixels of the diagonal or percent of the shorter side', async () => {
    const boxes = plain.flatMap(({ faces, width, height }) =>
      faces.map(({ box: [, , w, h] }) => ({
        diagonalPx: Math.hypot(w, h),
        percent: (100 * Math.max(w, h)) / Math.min(width, height),
      })),
    );
    const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
    const px = Math.floor(middle(boxes.map(({ diagonalPx }) => diagonalPx)));
    const percent = Math.floor(middle(boxes.map((box) => box.percent)));
    const byPx = await extract([...FAST, '--min-size', `${px}`]);
    assert.equal(facesOf(byPx.frames), boxes.filter(({ diagonalPx }) => diagonalPx >= px).length);
    const byPercent = await extract([...FAST, '--min-size', `${percent}%`]);
    const large = facesOf(byPercent.frames);
    assert.ok(large > 0 && large < FACES, `${large} faces`);
    const upTo = await extract([...FAST, '--max-size', `${percent}%`]);
    const small = facesOf(upTo.frames);
    assert.ok(small > 0 && small < FACES, `${small} faces`);
    assert.ok(large + small >= FACES && large + small <= FACES + 3);
  });

  it('--every-n keeps frames 0, n, 2n, … under dense indexes', async () => {
    const { frames, end } = await extract([...FAST, '--every-n', '2']);
    assert.deepEqual(
      frames.map(({ index, key }) => [index, key]),
      [
        [0, '0.jpg'],
        [1, '2.jpg'],
      ],
    );
    assert.equal(end.total, 2);
  });

  it('--skip-faces writes no crops and the same landmarks', async () => {
    const { frames, output } = await extract([...FAST, '--skip-faces']);
    assert.deepEqual(crops(output), []);
    assert.ok(frames.every(({ faces }) => faces.every(({ crop }) => crop === null)));
    assert.deepEqual(withoutPictures(frames), withoutPictures(plain));
  });

  it('--size sets the side of the crops and leaves the landmarks alone', async () => {
    const { frames, output } = await extract(['--masker', 'none', '--size', '100']);
    assert.deepEqual(withoutPictures(frames), withoutPictures(plain));
    for (const crop of crops(output)) {
      const { width, height, format } = await sharp(join(output, crop)).metadata();
      assert.deepEqual([width, height, format], [100, 100, 'png']);
    }
  });

  it('--debug-landmarks draws on every crop', async () => {
    const marked = await extract([...FAST, '--debug-landmarks']);
    assert.deepEqual(withoutPictures(marked.frames), withoutPictures(plain));
    const unmarked = await extract(FAST);
    const differing = differences(fingerprint(marked.output), fingerprint(unmarked.output));
    assert.deepEqual(
      differing.filter((file) => file.startsWith('faces/')),
      crops(marked.output),
    );
  });

  it('--image-is-aligned takes every image for one head crop', async () => {
    const first = await extract(['--masker', 'none']);
    const heads = join(first.output, 'faces');
    const again = await extract(['--image-is-aligned', '--masker', 'extended', '--size', '512'], heads);
    assert.equal(again.frames.length, FACES);
    for (const { key, width, height, faces } of again.frames) {
      assert.deepEqual([width, height, faces.length], [512, 512, 1], key);
      const [x, y] = eyes(faces[0]!.landmarks);
      assert.ok(Math.abs(x - 256) < 60 && y > 150 && y < 300, `${key}: eyes at ${x}, ${y}`);
      assert.ok(Math.abs(faces[0]!.pose.roll) < 12, `${key}: roll ${faces[0]!.pose.roll}`);
    }
  });

  it('--masker names the masks of every face', async () => {
    const names = async (options: string[]) => {
      const { frames } = await extract(['--size', '64', ...options]);
      assert.equal(facesOf(frames), FACES);
      return [...new Set(frames.flatMap(({ faces }) => faces.map(({ masks }) => Object.keys(masks).join())))];
    };
    assert.deepEqual(await names([]), ['components,extended']);
    assert.deepEqual(await names(['--masker', 'none']), ['']);
    assert.deepEqual(await names(['--masker', 'multiclass', 'extended']), ['extended,multiclass']);
    assert.deepEqual(await names(['-M', 'bisenet', '-M', 'components']), ['bisenet,components']);
  });

  for (const method of ['clahe', 'hist', 'mean']) {
    it(`--normalize ${method} moves landmarks a little`, async () => {
      const { frames } = await extract([...FAST, '--normalize', method]);
      compare(frames, 0.03);
    });
  }

  it('--re-feed averages, and gives the same bytes twice', async () => {
    const first = await extract([...FAST, '--re-feed', '2']);
    const second = await extract([...FAST, '--re-feed', '2']);
    assert.deepEqual(differences(fingerprint(first.output), fingerprint(second.output)), []);
    compare(first.frames, 0.03);
  });

  it('--re-align aligns once more', async () => {
    const { frames } = await extract([...FAST, '--re-align']);
    compare(frames, 0.03);
  });

  it('--align-filters keeps plausible faces; its limits come from the configuration', async () => {
    const kept = await extract([...FAST, '--align-filters']);
    assert.equal(facesOf(kept.frames), FACES);
    assert.equal(kept.end.rejected, 0);
    const config = join(folder, 'filters.yaml');
    await writeFile(config, 'filters:\n  minScale: 0.9\n');
    const dropped = await extract([...FAST, '--align-filters', '--config', config]);
    assert.equal(facesOf(dropped.frames) + dropped.end.rejected, FACES);
    assert.ok(dropped.end.rejected > 0);
    assert.equal(dropped.end.failed, 0);
    assert.equal(crops(dropped.output).length, facesOf(dropped.frames));
  });

  /** BlazeFace does not see one of the frontal faces at this size. */
  const detectors = { ultraface: 0, blazeface: 1 };
  for (const [detector, unseen] of Object.entries(detectors)) {
    for (const aligner of ['fast68', 'faceapi68']) {
      it(`--detector ${detector} --aligner ${aligner} finds the same faces`, async () => {
        const { frames } = await extract([...FAST, '-D', detector, '-A', aligner]);
        const missed = plain.flatMap(({ key, faces }, i) =>
          faces.filter(isFrontal).flatMap((face) => {
            const found = frames[i]!.faces.map(({ landmarks }) => eyes(landmarks));
            const nearest = Math.min(...found.map((point) => distance(point, eyes(face.landmarks))));
            return nearest < 0.05 * diagonalPx(face) ? [] : [`${key}: ${nearest} px off`];
          }),
        );
        assert.ok(missed.length <= unseen, missed.join(', '));
      });
    }
  }

  it('--threads has no part in the result', async () => {
    const outputs = [];
    for (const threads of ['1', '2', '3']) {
      const { output } = await extract(['--size', '128', '--masker', 'multiclass', '--threads', threads]);
      outputs.push(fingerprint(output));
      assert.equal(extraction(output).state, 'complete');
    }
    assert.deepEqual(differences(outputs[0]!, outputs[1]!), []);
    assert.deepEqual(differences(outputs[0]!, outputs[2]!), []);
  });

  /** The same faces as without the option, with landmarks that differ, but on average by less than a share of the box's diagonal. */
  function compare(frames: readonly FrameLine[], largestShare: number): void {
    let largest = 0;
    for (const [i, { key, faces }] of plain.entries()) {
      assert.equal(frames[i]!.faces.length, faces.length, key);
      for (const [j, face] of faces.entries()) {
        if (!isFrontal(face)) continue;
        const moved = face.landmarks.map((point, k) => distance(point, frames[i]!.faces[j]!.landmarks[k]!));
        largest = Math.max(largest, moved.reduce((sum, d) => sum + d, 0) / moved.length / diagonalPx(face));
      }
    }
    assert.ok(largest > 0, 'nothing changed');
    assert.ok(largest < largestShare, `landmarks moved by ${largest} of the diagonal on average`);
  }
});

/** Profiles are left out of comparisons: the aligners guess the hidden half. */
function isFrontal({ pose }: FaceLine): boolean {
  return Math.abs(pose.yaw) < 45;
}

function diagonalPx({ box: [, , w, h] }: FaceLine): number {
  return Math.hypot(w, h);
}

type Point = readonly [x: number, y: number];

function facesOf(frames: readonly FrameLine[]): number {
  return frames.reduce((sum, { faces }) => sum + faces.length, 0);
}

function crops(output: string): string[] {
  return Object.keys(fingerprint(output)).filter((file) => file.startsWith('faces/'));
}

function withoutPictures(frames: readonly FrameLine[]): unknown {
  return frames.map((frame) => ({
    ...frame,
    faces: frame.faces.map((face) => ({ ...face, crop: null, thumbnail: null })),
  }));
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** Midpoint between the outer corners of the eyes. */
function eyes(landmarks: readonly Point[]): Point {
  const [a, b] = [landmarks[36]!, landmarks[45]!];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** Where a point lies after the picture was turned clockwise; width and height are those of the turned picture. */
function turn([x, y]: Point, degrees: number, width: number, height: number): Point {
  if (degrees === 90) return [width - 1 - y, x];
  if (degrees === 180) return [width - 1 - x, height - 1 - y];
  return [y, height - 1 - x];
}
