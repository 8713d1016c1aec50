import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FaceHeader } from '../../../worker/formats/png-header/face-header.ts';
import { readFaceHeader, writeFaceHeader } from '../../../worker/formats/png-header/face-png.ts';
import { pngChunk } from '../../../worker/formats/png-header/png-chunks.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const header: FaceHeader = {
  face: {
    box: { x: -3, y: 4, w: 50, h: 60 },
    landmarks: Float64Array.from({ length: 136 }, (_, i) => i / 8),
    masks: {
      components: {
        size: 2,
        centering: 'face',
        matrix: [1, 0, 0.5, 0, 1, -7],
        interpolator: 1,
        data: Uint8Array.of(120, 156, 39, 34),
      },
    },
    identities: { vggface2: [0.5, -1] },
    thumbnail: null,
  },
  source: {
    version: 2.4,
    originalFilename: 'a_0.png',
    faceIndex: 0,
    sourceFilename: 'a.jpg',
    isVideo: false,
    frameSize: { width: 640, height: 480 },
  },
};

function png(...chunks: Uint8Array[]): Uint8Array {
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', new Uint8Array(13)),
    ...chunks,
    pngChunk('IDAT', Uint8Array.of(1, 2, 3)),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

function headerChunk(text: string): Uint8Array {
  return pngChunk('iTXt', Buffer.from(`faceswap\0\0\0\0\0${text}`));
}

describe('a face image', () => {
  it('gets its header right before the image data, once', () => {
    const other = pngChunk('iTXt', Buffer.from('Comment\0\0\0\0\0hello'));
    const once = writeFaceHeader(png(other), header);
    assert.deepEqual(readFaceHeader(once, 'a.png'), header);
    const changed = { ...header, source: { ...header.source, faceIndex: 7, isVideo: true } };
    const twice = writeFaceHeader(once, changed);
    assert.deepEqual(readFaceHeader(twice, 'a.png'), changed);
    assert.equal(Buffer.from(twice).toString('latin1').split('iTXtfaceswap').length, 2);
    assert.ok(Buffer.from(twice).includes(Buffer.from(other)));
    assert.equal(
      Buffer.from(twice).indexOf('iTXtfaceswap') > Buffer.from(twice).indexOf(Buffer.from(other)),
      true,
    );
  });

  it('without one has none; one behind the image data does not count', () => {
    assert.equal(readFaceHeader(png(), 'a.png'), null);
    const late = Buffer.concat([png(), headerChunk('{}')]);
    assert.equal(readFaceHeader(late, 'a.png'), null);
  });

  it('is refused when it is no whole PNG', () => {
    const good = writeFaceHeader(png(), header);
    assert.throws(
      () => readFaceHeader(Buffer.from('GIF89a, really'), 'a.png'),
      failsWith('FF1201', 'no PNG'),
    );
    assert.throws(() => readFaceHeader(new Uint8Array(0), 'a.png'), failsWith('FF1201', 'no PNG'));
    assert.throws(() => readFaceHeader(good.subarray(0, 33), 'a.png'), failsWith('FF1201', 'image data'));
    assert.throws(() => readFaceHeader(good.subarray(0, 100), 'a.png'), failsWith('FF1201', 'cut short'));
    const flipped = Buffer.from(good);
    flipped[100]! ^= 1;
    assert.throws(() => readFaceHeader(flipped, 'a.png'), failsWith('FF1201', 'CRC'));
    const endless = Buffer.from(good);
    endless.writeUInt32BE(0xffffffff, 33);
    assert.throws(() => readFaceHeader(endless, 'a.png'), failsWith('FF1201', 'cut short'));
  });

  const damaged: readonly (readonly [name: string, text: string, part: string])[] = [
    ['JSON', '{"alignments": {"x": true}}', 'no value'],
    ['no dict', '[1]', 'no dict'],
    ['an expression', "__import__('os').system('ls')", 'no value'],
    ['no alignments', "{'source': {}}", 'alignments_version is missing'],
  ];
  for (const [name, text, part] of damaged) {
    it(`whose header is ${name} is refused`, () => {
      assert.throws(
        () => readFaceHeader(png(headerChunk(text)), 'a.png'),
        failsWith('FF1201', 'a.png', part),
      );
    });
  }

  it('whose header is compressed, or no UTF-8, or too long is refused', () => {
    const packed = pngChunk('iTXt', Buffer.from('faceswap\0\x01\0\0\0{}'));
    assert.throws(() => readFaceHeader(png(packed), 'a.png'), failsWith('FF1201', 'compressed'));
    const latin1 = pngChunk('iTXt', Buffer.from("faceswap\0\0\0\0\0'\xff'", 'latin1'));
    assert.throws(() => readFaceHeader(png(latin1), 'a.png'), failsWith('FF1201', 'UTF-8'));
    const long = headerChunk(' '.repeat(3 * 2 ** 20));
    assert.throws(() => readFaceHeader(png(long), 'a.png'), failsWith('FF1201', 'bytes'));
  });

  it('is not written with values out of bounds', () => {
    const bad = (face: Partial<FaceHeader['face']>) => () =>
      writeFaceHeader(png(), { ...header, face: { ...header.face, ...face } });
    assert.throws(bad({ landmarks: new Float64Array(136).fill(Number.NaN) }), failsWith('FF3003', 'NaN'));
    assert.throws(bad({ landmarks: new Float64Array(10) }), failsWith('FF3003', '5 landmarks'));
    assert.throws(bad({ box: { x: 0.5, y: 0, w: 1, h: 1 } }), failsWith('FF3003', '0.5'));
    assert.throws(bad({ identities: { '': [1] } }), failsWith('FF3003', 'name'));
  });
});
