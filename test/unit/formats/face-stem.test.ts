import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaceStems, stemOfCrop } from '../../../worker/formats/face-stem.ts';

const assign = (...keys: string[]): string[] => {
  const stems = new FaceStems();
  return keys.map((key) => stems.assign(key));
};

describe('FaceStems', () => {
  it('keeps plain names', () => {
    const keys = [
      'a.jpg',
      'sub/a.jpg',
      'a.tar.gz',
      '.hidden',
      'no extension',
      '-rf.jpg',
      '日本語/é.png',
      "it's [1] (2) #3 100%.jpg",
    ];
    const stems = [
      'a',
      'sub/a',
      'a.tar',
      '.hidden',
      'no extension',
      '-rf',
      '日本語/é',
      "it's [1] (2) #3 100%",
    ];
    assert.deepEqual(assign(...keys), stems);
  });

  it('tells equal stems apart by extension, then by number', () => {
    assert.deepEqual(assign('a.jpg', 'a.png', 'a.PNG', 'A.png', 'a'), [
      'a',
      'a.png',
      'a.PNG~2',
      'A.png~3',
      'a~2',
    ]);
    assert.deepEqual(assign('a.jpg.png', 'a.png', 'a.jpg'), ['a.jpg', 'a', 'a.jpg~2']);
  });

  it('holds names for equal that macOS and Windows hold for equal', () => {
    assert.deepEqual(assign('IMG.jpg', 'img.jpg'), ['IMG', 'img.jpg']);
    assert.deepEqual(assign('é.jpg', 'e\u0301.jpg'), ['é', 'e\u0301.jpg']);
    assert.deepEqual(assign('Sub/a.jpg', 'sub/A.jpg'), ['Sub/a', 'sub/A.jpg']);
    assert.deepEqual(assign('straße.jpg', 'STRASSE.jpg'), ['straße', 'STRASSE.jpg']);
  });

  it('a key keeps its stem when asked again', () => {
    assert.deepEqual(assign('a.jpg', 'a.png', 'a.jpg', 'a.png'), ['a', 'a.png', 'a', 'a.png']);
  });

  it('makes odd names safe, each in its own way', () => {
    const odd = [
      'a\nb.jpg',
      'a\tb.jpg',
      'a\\b.jpg',
      'a:b.jpg',
      'con.x.jpg',
      'aux/b.jpg',
      'dot./b.jpg',
      'x_0.png/b.jpg',
      '../b.jpg',
      '/b.jpg',
      '.facefleet.lock.jpg',
      `${'n'.repeat(230)}.jpg`,
      '\ud800.jpg',
      '',
    ];
    const stems = assign(...odd);
    for (const [i, stem] of stems.entries()) assert.match(stem, /~[0-9a-f]{8}(\/|$)/, odd[i]);
    assert.equal(new Set(stems).size, odd.length);
    assert.match(stems[0] ?? '', /^a_b~/);
    assert.match(stems[4] ?? '', /^con_x~/);
    assert.deepEqual(assign('con.jpg'), ['con'], 'con_0.png is an ordinary name');
    assert.match(assign('con.jpg', 'con.png')[1] ?? '', /^con_png~/);
  });

  it('cuts long names between characters', () => {
    const [stem = ''] = assign(`${'日'.repeat(100)}.jpg`);
    assert.ok(Buffer.byteLength(`${stem}_9999.png`) <= 200);
    assert.match(stem, /^日+~[0-9a-f]{8}$/);
    const [deep = ''] = assign(`${'folder/'.repeat(200)}a.jpg`);
    assert.match(deep, /^~[0-9a-f]{16}\/a$/);
  });

  it('reads stems from crop keys only', () => {
    assert.equal(stemOfCrop('faces/sub/a_0_12.png'), 'sub/a_0');
    for (const other of ['a_0.png', 'faces/a.png', 'faces/_0.png', 'faces/a_x.png'])
      assert.equal(stemOfCrop(other), null);
  });
});
