import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { decodeRecord } from '../../../worker/formats/decode-record.ts';
import { encodeRecord } from '../../../worker/formats/encode-record.ts';
import { decodeFaces } from '../../../worker/formats/faceswap-json/decode-faces.ts';
import { encodeFaces } from '../../../worker/formats/faceswap-json/encode-faces.ts';
import { type JsonEntry, jsonEntries } from '../../../worker/formats/faceswap-json/json-entries.ts';
import { readFsa } from '../../../worker/formats/fsa/read-fsa.ts';
import { encodeFsa } from '../../../worker/formats/fsa/write-fsa.ts';
import { decodePortable } from '../../../worker/formats/portable/decode-portable.ts';
import { encodePortable } from '../../../worker/formats/portable/encode-portable.ts';
import { faceBox } from '../../../worker/formats/portable/face-box.ts';
import { fitsFsa, fsaOfPortable, portableOfFsa } from '../../../worker/formats/portable/fsa-frame.ts';
import type { PortableFrame } from '../../../worker/formats/portable/portable-frame.ts';
import { portableFrame, portableRecord } from '../../fixtures/portable-arbitraries.ts';

it('lines hold everything', () => {
  fc.assert(
    fc.property(portableFrame, (frame) => {
      const line = encodePortable(frame);
      assert.ok(!line.includes('\n'));
      const read = decodePortable(line, 0, 'test');
      assert.deepEqual(read, frame);
      assert.equal(encodePortable(read), line);
    }),
  );
});

it('lines of alignments.jsonl come out as they went in', () => {
  fc.assert(
    fc.property(portableRecord, (record) => {
      const line = encodeRecord(record);
      assert.equal(encodePortable(decodePortable(line, 0, 'test')), line);
      assert.doesNotThrow(() => decodeRecord(line, 'test'));
    }),
  );
});

it("faceswap's JSON holds names, boxes and points", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(portableFrame, { maxLength: 4, selector: ({ key }) => key }),
      async (frames) => {
        let text = '';
        for await (const piece of encodeFaces(list(frames))) text += piece;
        const read: PortableFrame[] = [];
        for await (const entry of jsonEntries(list([Buffer.from(text)]), 'test'))
          read.push(decodeFaces(entry, read.length, 'test'));
        const held = frames.map(({ key, faces }) => ({
          key,
          faces: faces.map(({ box, landmarks }) => ({ box, landmarks })),
        }));
        assert.deepEqual(
          read.map(({ key, faces }) => ({
            key,
            faces: faces.map(({ box, landmarks }) => ({ box, landmarks })),
          })),
          held,
        );
      },
    ),
  );
});

it('alignments files hold all but scores, poses, sizes and crops of faces with landmarks', () => {
  fc.assert(
    fc.property(portableFrame, (frame) => {
      const [read] = readFsa(encodeFsa([fsaOfPortable(frame)]), 'test').frames;
      const faces = frame.faces
        .filter(fitsFsa)
        .map((face) => ({ ...face, box: faceBox(face), score: null, pose: null, crop: null }));
      assert.deepEqual(portableOfFsa(read!, frame.index), { ...frame, size: null, faces });
    }),
  );
});

it('a missing box is made of the landmarks, and holds the inner face', () => {
  fc.assert(
    fc.property(portableFrame, ({ faces }) => {
      for (const face of faces) {
        const box = faceBox({ ...face, box: face.landmarks ? null : face.box });
        for (const side of [box.x, box.y, box.w, box.h]) assert.ok(Number.isInteger(side));
        assert.ok(box.w >= 0 && box.h >= 0);
      }
    }),
  );
});

it('any other value in the place of a frame is refused with a typed error', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (key, value) => {
      const entry: JsonEntry = { key, value };
      try {
        decodeFaces(entry, 0, 'test');
        assert.ok(Array.isArray(value) && key !== '');
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, 'FF1201');
      }
    }),
  );
});

async function* list<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
