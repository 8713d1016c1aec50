import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { FsaFace } from '../../../worker/formats/fsa/fsa-alignments.ts';
import { readFsa } from '../../../worker/formats/fsa/read-fsa.ts';
import { encodeFsa, writeFsa } from '../../../worker/formats/fsa/write-fsa.ts';
import { SHARED, skipWithoutShared } from '../shared-data.ts';
import { alignmentsFiles } from './faceswap-files.ts';

interface PlainMask {
  readonly mask: { readonly __bytes_len: number; readonly sha256: string };
  readonly affine_matrix: number[][];
  readonly interpolator: number;
  readonly stored_size: number;
  readonly stored_centering: string;
}

interface PlainFace {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly landmarks_xy: number[][];
  readonly mask: Record<string, PlainMask>;
  readonly identity: Record<string, number[]>;
  readonly thumb: number[];
}

/** The JSON view that stands beside a golden file. */
interface PlainFile {
  readonly __meta__: { readonly version: number };
  readonly __data__: Record<
    string,
    { faces: PlainFace[]; video_meta: { pts_time?: number; keyframe?: boolean } }
  >;
}

describe('alignments files that faceswap wrote', () => {
  for (const { name, bytes } of alignmentsFiles()) {
    it(`${name}: read, written and read again it is equal`, async () => {
      const read = readFsa(bytes, name);
      const written = encodeFsa(read.frames);
      assert.deepEqual(readFsa(written, name), { ...read, version: 2.4 });
      const chunks: Uint8Array[] = [];
      for await (const chunk of writeFsa(read.frames)) chunks.push(chunk);
      const streamed = Buffer.concat(chunks);
      assert.ok(streamed.equals(written), 'the stream gives other bytes than the whole');
      assert.ok(read.frames.some(({ faces }) => faces.length === 2));
      assert.ok(read.frames.some(({ faces }) => faces.length === 0));
    });

    it(`${name}: masks and thumbnails are what they should be`, async () => {
      for (const face of readFsa(bytes, name).frames.flatMap(({ faces }) => faces)) {
        for (const mask of Object.values(face.masks))
          assert.equal(inflateSync(mask.data).length, mask.size ** 2);
        const { width, height, format } = await sharp(face.thumbnail!).metadata();
        assert.deepEqual({ width, height, format }, { width: 96, height: 96, format: 'jpeg' });
      }
    });
  }

  it('have the values of their JSON views', { skip: skipWithoutShared }, () => {
    let compared = 0;
    for (const { name, bytes } of alignmentsFiles()) {
      const view = join(SHARED ?? '', 'golden/fsa', `${name}.json`);
      if (!existsSync(view)) continue;
      const plain = JSON.parse(readFileSync(view, 'utf8')) as PlainFile;
      const { version, frames } = readFsa(bytes, name);
      assert.equal(version, plain.__meta__.version);
      assert.deepEqual(
        frames.map(({ key }) => key),
        Object.keys(plain.__data__),
      );
      for (const { key, faces, videoMeta } of frames) {
        const expected = plain.__data__[key]!;
        const { pts_time: ptsTime, keyframe } = expected.video_meta;
        assert.deepEqual(videoMeta, ptsTime === undefined ? null : { ptsTime, keyframe });
        assert.equal(faces.length, expected.faces.length);
        for (const [i, face] of faces.entries()) compareFace(face, expected.faces[i]!);
        compared += faces.length;
      }
    }
    assert.ok(compared >= 6, `${compared} faces were compared`);
  });
});

function compareFace(face: FsaFace, expected: PlainFace): void {
  const { x, y, w, h } = expected;
  assert.deepEqual(face.box, { x, y, w, h });
  assert.deepEqual(Array.from(face.landmarks), expected.landmarks_xy.flat());
  assert.deepEqual(face.identities, expected.identity);
  assert.deepEqual(Array.from(face.thumbnail!), expected.thumb);
  assert.deepEqual(Object.keys(face.masks), Object.keys(expected.mask));
  for (const [name, mask] of Object.entries(face.masks)) {
    const { mask: data, affine_matrix, interpolator, stored_size, stored_centering } = expected.mask[name]!;
    assert.deepEqual(
      { length: mask.data.length, sha256: hash('sha256', mask.data) },
      {
        length: data.__bytes_len,
        sha256: data.sha256,
      },
    );
    assert.deepEqual(Array.from(mask.matrix), affine_matrix.slice(0, 2).flat());
    const { interpolator: code, size, centering } = mask;
    assert.deepEqual([code, size, centering], [interpolator, stored_size, stored_centering]);
  }
}
