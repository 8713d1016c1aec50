import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PortableFrame } from '../../../worker/formats/portable/portable-frame.ts';
import { convertToBytes, readFrames } from '../../fixtures/convert-file.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { SHARED, skipWithoutShared } from '../shared-data.ts';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const READABLE = ['fsa', 'json', 'jsonl'] as const;
type Readable = (typeof READABLE)[number];

/** What is left of frames after a format without a place for the rest. */
const KEEPS: Readonly<Record<Readable, (frame: PortableFrame) => unknown>> = {
  jsonl: (frame) => frame,
  fsa: (frame) => frame,
  json: ({ index, key, faces }) => ({
    index,
    key,
    size: null,
    videoMeta: null,
    faces: faces.map(({ box, landmarks }) => ({
      box,
      landmarks,
      score: null,
      pose: null,
      masks: {},
      identities: {},
      thumbnail: null,
      crop: null,
    })),
  }),
};

const files = [join(HERE, 'clip_alignments.fsa'), join(HERE, 'alignments_folder_v230.fsa')];

describe("faceswap's own alignments", () => {
  const folder = scratch();
  for (const file of files) {
    for (const first of READABLE) {
      for (const second of READABLE) {
        it(`${file.slice(HERE.length)} survives to ${first} to ${second} as far as both hold it`, async () => {
          const original = await readFrames(file);
          const a = join(folder, `a.${first}`);
          const b = join(folder, `b.${second}`);
          await writeFile(a, (await convertToBytes(file, first)).bytes);
          await writeFile(b, (await convertToBytes(a, second)).bytes);
          assert.deepEqual(await readFrames(a), original.map(KEEPS[first]));
          const both = original.map(KEEPS[first]) as PortableFrame[];
          assert.deepEqual(await readFrames(b), both.map(KEEPS[second]));
        });
      }
    }
  }

  it('counts what has no place', async () => {
    const { counts } = await convertToBytes(files[0]!, 'json');
    assert.deepEqual(counts, {
      frames: 3,
      faces: 3,
      losses: { masks: 9, identities: 3, thumbnails: 3, 'video times': 3 },
    });
    assert.deepEqual((await convertToBytes(files[0]!, 'jsonl')).counts.losses, {});
  });

  it('is the JSON that faceswap imports: left, top, right, bottom and points', async () => {
    const json = JSON.parse(String((await convertToBytes(files[0]!, 'json')).bytes)) as Record<
      string,
      { detected: number[]; landmarks_2d: number[][] }[]
    >;
    assert.deepEqual(Object.keys(json), ['clip_000001.mp4', 'clip_000002.mp4', 'clip_000003.mp4']);
    const [face] = json['clip_000001.mp4']!;
    assert.deepEqual(face!.detected, [536, 273, 536 + 208, 273 + 198]);
    assert.equal(face!.landmarks_2d.length, 68);
    assert.deepEqual(face!.landmarks_2d[0], [536.76953125, 305.5595397949219]);
    assert.deepEqual(Object.keys(face!), ['detected', 'landmarks_2d']);
  });
});

describe('face images of faceswap', { skip: skipWithoutShared }, () => {
  it('say what the alignments say', async () => {
    const faces = await readFrames(join(SHARED!, 'golden/png'));
    const [clip, , folder] = await Promise.all(
      ['clip_alignments.fsa', 'alignments_folder_v230.fsa', 'alignments_folder_master.fsa'].map((name) =>
        readFrames(join(SHARED!, 'golden/fsa', name)),
      ),
    );
    const known = [...clip!, ...folder!].filter((frame) => frame.faces.length > 0);
    assert.deepEqual(
      faces.map(({ key, faces: found }) => [key, found.length]),
      known.map(({ key, faces: found }) => [key, found.length]),
    );
    for (const [i, frame] of faces.entries()) {
      assert.deepEqual(frame.size, { width: 1280, height: 720 });
      for (const [k, face] of frame.faces.entries()) {
        const expected = known[i]!.faces[k]!;
        assert.deepEqual({ ...face, crop: null }, { ...expected, thumbnail: null });
        assert.match(face.crop!, /^(?:folder|video)_.*\.png$/);
      }
    }
  });

  it('are inspected one by one', async () => {
    const file = join(SHARED!, 'golden/png/v230_frame_0001_1.png');
    const [frame] = await readFrames(file);
    assert.equal(frame!.key, 'frame_0001.png');
    assert.deepEqual(Object.keys(frame!.faces[0]!.masks), ['components', 'extended']);
  });
});
