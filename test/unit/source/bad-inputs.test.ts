import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { decodeImage } from '../../../worker/source/decode-image.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openSource } from '../../../worker/source/open-source.ts';
import type { SourceFrame } from '../../../worker/source/source.ts';
import type { RgbImage } from '../../../worker/vision/types.ts';
import { type BadInputs, makeBadInputs } from '../../fixtures/bad-inputs.ts';

/** The decoded frame, or the code of what went wrong. */
async function outcome(frame: SourceFrame): Promise<RgbImage | string> {
  const { input } = frame;
  if (input.kind === 'failure') return input.error.code;
  assert.equal(input.kind, 'file');
  try {
    return await decodeImage(input.path, DEFAULT_LIMITS);
  } catch (thrown) {
    return (thrown as FacefleetError).code ?? `untyped: ${String(thrown)}`;
  }
}

function meanDifference(image: RgbImage, photo: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < photo.length; i++) sum += Math.abs(photo[i]! - image.data[i]!);
  return sum / photo.length;
}

describe('the corpus of bad inputs', () => {
  let into: string;
  let corpus: BadInputs;
  before(async () => {
    into = await mkdtemp(join(tmpdir(), 'facefleet-corpus-'));
    corpus = await makeBadInputs(into);
  });
  after(() => rm(into, { recursive: true, force: true }));

  const open = (input: string) => openSource({ input, recursive: false, everyN: 1, limits: DEFAULT_LIMITS });

  it('has at least 60 entries', () => assert.ok(corpus.inputs.length >= 60, String(corpus.inputs.length)));

  it('yields every entry once, in code point order, with its expected outcome', async () => {
    const source = await open(corpus.folder);
    const expected = corpus.inputs.filter(({ expect }) => expect !== 'ignored');
    const byKey = new Map(expected.map((input) => [input.file, input]));
    const wrong: string[] = [];
    const keys: string[] = [];
    for await (const frame of source.frames()) {
      assert.equal(frame.index, keys.length);
      keys.push(frame.key);
      const result = await outcome(frame);
      const input = byKey.get(frame.key);
      const got = typeof result === 'string' ? result : 'ok';
      if (got !== input?.expect)
        wrong.push(`${JSON.stringify(frame.key)}: ${got}, expected ${input?.expect}`);
      if (typeof result === 'string' || !input?.samePicture) continue;
      const { width, height } = corpus.photo;
      if (result.width !== width || result.height !== height) {
        wrong.push(`${frame.key}: ${result.width}×${result.height}`);
      } else if (input.maxMeanDifference !== null) {
        const difference = meanDifference(result, corpus.photo.data);
        if (difference > input.maxMeanDifference) wrong.push(`${frame.key}: off by ${difference}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.equal(source.count, expected.length);
    assert.equal(source.skipped, 2);
    const inOrder = [...byKey.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(keys, inOrder);
  });

  it('keeps list files inside their folder', async () => {
    for (const list of corpus.lists) {
      const source = await open(list.path);
      const got = [];
      for await (const frame of source.frames()) {
        const result = await outcome(frame);
        got.push({ key: frame.key, expect: typeof result === 'string' ? result : 'ok' });
      }
      assert.deepEqual(got, list.expect);
      assert.equal(source.skipped, list.repeated);
    }
  });
});
