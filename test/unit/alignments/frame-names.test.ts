import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameNames } from '../../../worker/alignments/frame-names.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

function names(keys: readonly string[], byNumber = false): FrameNames {
  const all = new FrameNames(byNumber);
  for (const [place, key] of keys.entries()) all.add(key, place);
  return all;
}

describe('entries of alignments are found', () => {
  it('by key, before all else', () => {
    const all = names(['a.png', 'sub/a.png', 'b.png']);
    assert.equal(all.find('sub/a.png'), 1);
    assert.equal(all.find('a.png'), 0);
    assert.equal(all.find('c.png'), null);
    assert.equal(all.used, 2);
    assert.equal(all.find('a.png'), 0);
    assert.equal(all.used, 2);
  });

  it('by file name when the alignments have no folders, or the source has none', () => {
    assert.equal(names(['a.png', 'b.png']).find('sub/b.png'), 1);
    assert.equal(names(['x/a.png', 'x/b.png']).find('b.png'), 1);
    assert.equal(names(['a.png', 'x/b.png']).find('y/a.png'), null);
    assert.equal(names(['a.png', 'x/b.png']).find('b.png'), null);
  });

  it('but not when several may be meant', () => {
    assert.throws(() => names(['x/a.png', 'y/a.png']).find('a.png'), failsWith('FF1203', 'a.png', 'several'));
    const all = names(['a.png']);
    assert.equal(all.find('x/a.png'), 0);
    assert.throws(() => all.find('y/a.png'), failsWith('FF1203', 'y/a.png', "another frame's"));
  });

  it('by number for videos only', () => {
    for (const keys of [
      ['1', '12'],
      ['clip_000001.png', 'clip_000012.png'],
      ['other_1.mp4', 'other_12.mp4'],
    ]) {
      assert.equal(names(keys, true).find('clip_000012.mp4'), 1);
      assert.equal(names(keys).find('clip_000012.mp4'), null);
    }
    assert.throws(() => names(['a_1.png', 'b_1.png'], true).find('c_000001.mkv'), failsWith('FF1203'));
    assert.equal(names(['a_1.png'], true).find('c_000001.mkv'), 0);
    assert.equal(names(['a_1.png'], true).find('title.mkv'), null);
  });
});
