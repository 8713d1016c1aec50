import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { readFaceHeader, writeFaceHeader } from '../../../worker/formats/png-header/face-png.ts';
import { headerText, parseHeaderText } from '../../../worker/formats/png-header/header-text.ts';
import { skipWithoutShared } from '../shared-data.ts';
import { faceImages, headerTexts } from './faceswap-files.ts';

/** The third row of a 3×3 matrix, which faceswap 3 writes and faceswap 2 does not take. */
const THIRD_ROW = /, \[0\.0, 0\.0, 1\.0\]/g;

describe('headers that faceswap wrote', () => {
  for (const { name, bytes } of headerTexts()) {
    const text = Buffer.from(bytes).toString('utf8');

    it(`${name}: written again, it is the same text but for the matrices' third rows`, () => {
      const expected = text.replace(THIRD_ROW, '');
      // faceswap 2 writes the sides of the box in another order
      const own = headerText(parseHeaderText(text, name)).replace(
        /^(\{'alignments': \{'x': -?\d+), ('y': -?\d+), ('w': -?\d+)/,
        (all, x, y, w) => (/^\S+ \{'x': -?\d+, 'w'/.test(text) ? `${x}, ${w}, ${y}` : all),
      );
      assert.equal(own, expected);
    });
  }

  it('are read from their images, and written before the image data', {
    skip: skipWithoutShared,
  }, async () => {
    for (const { name, bytes } of faceImages()) {
      const header = readFaceHeader(bytes, name);
      assert.ok(header);
      const written = writeFaceHeader(bytes, header);
      assert.deepEqual(readFaceHeader(written, name), header);
      assert.equal(Buffer.from(written).toString('latin1', 37, 50), 'iTXtfaceswap\0');
      const pixels = await Promise.all([bytes, written].map((png) => sharp(png).raw().toBuffer()));
      assert.ok(pixels[0]!.equals(pixels[1]!), `${name}: the pixels changed`);
    }
    assert.ok(faceImages().length >= 9);
  });
});
