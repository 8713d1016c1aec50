import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import type { FsaFrame } from '../../../worker/formats/fsa/fsa-alignments.ts';
import { readFsa } from '../../../worker/formats/fsa/read-fsa.ts';
import { readFaceHeader } from '../../../worker/formats/png-header/face-png.ts';
import { extractCli } from '../../fixtures/cli.ts';
import { alignments, filesBelow } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhoto } from '../../fixtures/small-photos.ts';
import { python, skipWithoutPython } from './python-data.ts';

/** Names that need care in Python's literals, and a photo in a folder below. */
const NAMES = ['plain.jpg', 'it\'s "ä" \u2028 😀.jpg', 'sub/plain.jpg'];
const EMPTY = 'nobody.png';

describe('what extract writes for faceswap', () => {
  const folder = scratch();
  const output = join(folder, 'out');
  let frames: readonly FsaFrame[] = [];

  const png = (crop: string): Uint8Array => readFileSync(join(output, crop));

  before(async () => {
    const input = join(folder, 'in');
    for (const [i, name] of NAMES.entries()) {
      mkdirSync(join(input, name, '..'), { recursive: true });
      writeFileSync(join(input, name), await smallPhoto(i, 480));
    }
    const grey = sharp({ create: { width: 64, height: 48, channels: 3, background: '#888' } });
    writeFileSync(join(input, EMPTY), await grey.png().toBuffer());
    await extractCli([input, output, '--recursive', '--size', '128']);
    frames = readFsa(readFileSync(join(output, 'alignments.fsa')), 'alignments.fsa').frames;
  });

  it('has the frames of alignments.jsonl in their order, with the same numbers', () => {
    const records = alignments(output);
    assert.deepEqual(
      frames.map(({ key }) => key),
      records.map(({ key }) => key),
    );
    assert.deepEqual(new Set(frames.map(({ key }) => key)), new Set([...NAMES, EMPTY]));
    for (const [i, { faces }] of frames.entries()) {
      const expected = records[i]!.faces;
      assert.equal(faces.length, expected.length);
      for (const [j, { box, landmarks, masks }] of faces.entries()) {
        assert.deepEqual([box.x, box.y, box.w, box.h], expected[j]!.box);
        assert.deepEqual(Array.from(landmarks), expected[j]!.landmarks.flat());
        assert.deepEqual(Object.keys(masks), Object.keys(expected[j]!.masks));
        assert.ok(Object.keys(masks).length > 0);
      }
    }
    assert.deepEqual(frames.find(({ key }) => key === EMPTY)?.faces, []);
  });

  it('has a header in every crop that says what the alignments say', () => {
    let crops = 0;
    for (const [i, { key, width, height, faces }] of alignments(output).entries()) {
      for (const [faceIndex, { crop }] of faces.entries()) {
        const header = readFaceHeader(png(crop!), crop!);
        assert.deepEqual(header?.face, { ...frames[i]!.faces[faceIndex], thumbnail: null });
        assert.deepEqual(header?.source, {
          version: 2.4,
          originalFilename: crop!.slice('faces/'.length),
          faceIndex,
          sourceFilename: key,
          isVideo: false,
          frameSize: { width, height },
        });
        crops++;
      }
    }
    assert.ok(crops >= 9);
    assert.equal(filesBelow(join(output, 'faces')).length, crops);
  });

  it('has thumbnails that show the crops', async () => {
    for (const [i, { faces }] of alignments(output).entries()) {
      for (const [j, { crop }] of faces.entries()) {
        const jpeg = frames[i]!.faces[j]!.thumbnail!;
        const { format, width, height } = await sharp(jpeg).metadata();
        assert.deepEqual([format, width, height], ['jpeg', 96, 96]);
        const [a, b] = await Promise.all(
          [jpeg, png(crop!)].map((image) => sharp(image).resize(24, 24).raw().toBuffer()),
        );
        const difference = a!.reduce((sum, level, at) => sum + Math.abs(level - b![at]!), 0) / a!.length;
        assert.ok(difference < 8, `${crop}: ${difference} levels`);
      }
    }
  });

  it('is what Python expects, key by key', { skip: skipWithoutPython }, () => {
    const checked = join(folder, 'checked');
    mkdirSync(checked);
    writeFileSync(join(checked, 'alignments.fsa'), readFileSync(join(output, 'alignments.fsa')));
    const crops = alignments(output).flatMap(({ faces }) => faces.map(({ crop }) => crop!));
    for (const [i, crop] of crops.entries()) {
      const bytes = Buffer.from(png(crop));
      const at = bytes.indexOf('iTXtfaceswap');
      const length = bytes.readUInt32BE(at - 4);
      // right before the image data
      assert.equal(bytes.toString('latin1', at + length + 12, at + length + 16), 'IDAT');
      writeFileSync(join(checked, `${i}.itxt.txt`), bytes.subarray(at + 4 + 13, at + 4 + length));
    }
    const found = JSON.parse(python('check_faceswap_files.py', checked)) as { __data__: object };
    assert.deepEqual(
      Object.keys(found.__data__),
      frames.map(({ key }) => key),
    );
  });
});
