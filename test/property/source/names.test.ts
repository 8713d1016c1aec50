import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { it } from 'node:test';
import fc from 'fast-check';
import { compareCodePoints } from '../../../worker/source/compare-code-points.ts';
import { textOfBytes } from '../../../worker/source/escape-bytes.ts';
import { isKept, keptCount } from '../../../worker/source/keep-every.ts';
import { parseList } from '../../../worker/source/parse-list.ts';
import { sniffFormat } from '../../../worker/source/sniff-format.ts';
import { tiffIsCut } from '../../../worker/source/tiff-is-cut.ts';

const anyText = fc.string({ unit: 'binary' });
const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

it('orders names by code points, as their UTF-8 bytes', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      assert.equal(Math.sign(compareCodePoints(a, b)), expected);
    }),
  );
  assert.ok(compareCodePoints('\uffff', '🙂') < 0);
});

it('escapes names that are not UTF-8 reversibly, and no others', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const { text, valid } = textOfBytes(bytes);
      assert.equal(valid, isUtf8(bytes));
      if (valid) return assert.equal(text, bytes.toString());
      const parts = text.split(/%([0-9A-F]{2})/);
      const back = parts.map((part, i) => (i % 2 ? Buffer.from(part, 'hex') : Buffer.from(part)));
      assert.deepEqual(Buffer.concat(back), bytes);
    }),
  );
});

it('counts the kept positions', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.integer({ min: 1, max: 50 }), (total, everyN) => {
      let kept = 0;
      for (let position = 0; position < total; position++) if (isKept(position, everyN)) kept += 1;
      assert.equal(keptCount(total, everyN), kept);
    }),
  );
});

it('parses any bytes as a list with unique keys that do not lead out', () => {
  const tricky = fc
    .array(fc.constantFrom('..', '.', '/', 'a', 'b.jpg', '\n', '\r\n', '#', ' ', '\0', '\xff'), {
      maxLength: 30,
    })
    .map((parts) => Buffer.from(parts.join(''), 'latin1'));
  fc.assert(
    fc.property(fc.oneof(anyBytes, tricky), (bytes) => {
      const { entries } = parseList(bytes);
      assert.equal(new Set(entries.map(({ key }) => key)).size, entries.length);
      for (const { key, error } of entries)
        if (error === undefined) assert.doesNotMatch(key, /^\/|^\.\.(\/|$)|\/\.\.(\/|$)/);
    }),
  );
});

it('looks at any bytes without throwing', () => {
  fc.assert(
    fc.property(
      anyBytes,
      fc.constantFrom('', 'II*\0', 'MM\0*', '\0\0\0\x20ftyp', 'BM', 'RIFF'),
      (bytes, start) => {
        const file = Buffer.concat([Buffer.from(start, 'latin1'), bytes]);
        sniffFormat(file);
        if (start.includes('*')) tiffIsCut(file);
      },
    ),
    { numRuns: 2000 },
  );
});
