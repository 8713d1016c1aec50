import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { FsaFrame } from '../../../worker/formats/fsa/fsa-alignments.ts';
import { readFsa } from '../../../worker/formats/fsa/read-fsa.ts';
import { encodeFsa } from '../../../worker/formats/fsa/write-fsa.ts';
import { headerText } from '../../../worker/formats/png-header/header-text.ts';
import { PickleWriter } from '../../../worker/formats/python/pickle-writer.ts';
import type { PyValue } from '../../../worker/formats/python/py-value.ts';
import { readLiteral } from '../../../worker/formats/python/read-literal.ts';
import { unpickle } from '../../../worker/formats/python/unpickle.ts';
import { writeLiteral } from '../../../worker/formats/python/write-literal.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { alignmentsFiles } from '../../golden/formats/faceswap-files.ts';
import { plain, python, skipWithoutPython } from './python-data.ts';

const CASES = 150;

interface RandomCase {
  readonly plain: unknown;
  readonly pickles: readonly string[];
  readonly literal: string;
}

describe("Python's own readers", { skip: skipWithoutPython }, () => {
  const folders = scratch();

  for (const { name, bytes } of alignmentsFiles()) {
    it(`find in our copy of ${name} exactly the keys and types of faceswap`, () => {
      const { frames } = readFsa(bytes, name);
      const folder = mkdtempSync(join(folders, 'case-'));
      writeFileSync(join(folder, 'alignments.fsa'), encodeFsa(frames));
      for (const frame of frames) writeHeaders(folder, frame);
      const found = JSON.parse(python('check_faceswap_files.py', folder)) as {
        __data__: Record<
          string,
          { faces: { landmarks_xy: number[][]; mask: Record<string, { mask: string }> }[] }
        >;
      };
      assert.deepEqual(
        Object.keys(found.__data__),
        frames.map(({ key }) => key),
      );
      for (const { key, faces } of frames) {
        for (const [i, face] of found.__data__[key]!.faces.entries()) {
          assert.deepEqual(face.landmarks_xy.flat(), Array.from(faces[i]!.landmarks));
          for (const [mask, { data }] of Object.entries(faces[i]!.masks))
            assert.equal(face.mask[mask]!.mask, Buffer.from(data).toString('hex'));
        }
      }
    });
  }
});

describe('random Python data', { skip: skipWithoutPython }, () => {
  const cases = () =>
    python('random_python_data.py', '7', String(CASES))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RandomCase);

  it('is read from pickles of protocols 2 to 5 and from literals', () => {
    for (const { plain: expected, pickles, literal } of cases()) {
      assert.ok(pickles.length >= 4);
      for (const hex of pickles)
        assert.deepEqual(plain(unpickle(Buffer.from(hex, 'hex'), 'random')), expected);
      assert.deepEqual(plain(readLiteral(literal, 'FF1201', 'random')), expected);
    }
  });

  it('comes back from what we write', () => {
    for (const { literal } of cases()) {
      const value = readLiteral(literal, 'FF1201', 'random');
      assert.deepEqual(plain(readLiteral(writeLiteral(value), 'FF1201', 'random')), plain(value));
      assert.deepEqual(plain(unpickle(pickled(value), 'random')), plain(value));
    }
  });
});

function pickled(value: PyValue): Uint8Array {
  const writer = new PickleWriter();
  writer.opcode(0x80);
  writer.opcode(4);
  writer.value(value);
  writer.opcode(0x2e);
  return writer.take();
}

function writeHeaders(folder: string, { key, faces }: FsaFrame): void {
  for (const [i, face] of faces.entries()) {
    const source = {
      version: 2.4,
      originalFilename: `${key}_${i}.png`,
      faceIndex: i,
      sourceFilename: key,
      isVideo: false,
      frameSize: { width: 1280, height: 720 },
    };
    writeFileSync(join(folder, `${key}_${i}.itxt.txt`), headerText({ face, source }));
  }
}
