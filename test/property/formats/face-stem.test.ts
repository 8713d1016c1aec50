import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { cropKey, FaceStems, stemOfCrop } from '../../../worker/formats/face-stem.ts';
import { keyFault } from '../../../worker/store/check-key.ts';

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'A',
    'a_0',
    'a_0_0',
    'a_0.png',
    'x_1.PNG',
    'é',
    'e\u0301',
    'É',
    'ß',
    'SS',
    'con',
    'NUL',
    '.a',
    '-a',
    'a~2',
    'a.jpg',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const extension = fc.constantFrom('', '.jpg', '.JPG', '.png', '.jpeg', '.tar.gz', '.', '.日本');
const key = fc
  .tuple(fc.array(name, { maxLength: 3 }), name, extension)
  .map(([folders, base, ext]) => [...folders, base + ext].join('/'));
const keys = fc.uniqueArray(key, { maxLength: 40 });

/** As case-insensitive folders compare names. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase();

it('no two keys ever share a crop, and no crop stands where a folder must be', () => {
  fc.assert(
    fc.property(keys, (sources) => {
      const stems = new FaceStems();
      const files = new Map<string, string>();
      const folders = new Set<string>();
      for (const source of sources) {
        for (const face of [0, 1, 10, 9999]) {
          const crop = cropKey(stems.assign(source), face);
          assert.equal(keyFault(crop), '', crop);
          assert.equal(
            files.get(folded(crop)),
            undefined,
            `${source} and ${files.get(folded(crop))}: ${crop}`,
          );
          files.set(folded(crop), source);
          const segments = folded(crop).split('/');
          for (let i = 1; i < segments.length; i++) folders.add(segments.slice(0, i).join('/'));
        }
      }
      for (const folder of folders) assert.ok(!files.has(folder), folder);
    }),
    { numRuns: 300 },
  );
});

it('a resumed run assigns as an undisturbed one, whatever was finished', () => {
  fc.assert(
    fc.property(keys, fc.infiniteStream(fc.boolean()), (sources, finished) => {
      const first = new FaceStems();
      const stems = new Map(sources.map((source) => [source, first.assign(source)]));
      const resumed = new FaceStems();
      for (const [source, stem] of stems) if (finished.next().value) resumed.reserve(source, stem);
      for (const source of sources) {
        assert.equal(resumed.assign(source), stems.get(source));
        assert.equal(resumed.assign(source), stems.get(source), 'again');
      }
    }),
    { numRuns: 300 },
  );
});

it('reserved stems win when the source changes', () => {
  fc.assert(
    fc.property(keys, fc.nat(), (sources, seed) => {
      const first = new FaceStems();
      const kept = sources.filter((_, i) => (i * 7 + seed) % 3 > 0);
      const before = new Map(kept.map((source) => [source, first.assign(source)]));
      const second = new FaceStems();
      for (const [source, stem] of before) second.reserve(source, stem);
      const all = new Map(sources.map((source) => [source, second.assign(source)]));
      for (const [source, stem] of before) assert.equal(all.get(source), stem);
      assert.equal(new Set([...all.values()].map(folded)).size, all.size);
    }),
  );
});

it('the stem of a crop is found again', () => {
  fc.assert(
    fc.property(key, fc.nat(9999), (source, face) => {
      const stem = new FaceStems().assign(source);
      assert.equal(stemOfCrop(cropKey(stem, face)), stem);
    }),
  );
});
